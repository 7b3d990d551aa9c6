"""The Python module as data scientists use it."""

from __future__ import annotations

import datetime
import json
import threading
import time
from pathlib import Path

import numpy as np
import podium
import pyarrow as pa
import pytest
from conftest import ROOT

UTC = datetime.UTC


def instant(day: int, hour: int = 0, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(2023, 1, day, hour, minute, tzinfo=UTC)


@pytest.fixture
def speed_set(tmp_path: Path) -> Path:
    folder = tmp_path / "speed"
    folder.mkdir()
    (folder / "FeatureSetSpec.yaml").write_text(
        "source:\n  type: parquet\n  path: ./speed.parquet\n  timestamp_column: {name: ts}\n  source_delay: {minutes: 30}\n"
        "features:\n  - {name: speed, type: double}\nindex_columns:\n  - {name: car, type: string}\n"
        "temporal_join_lookback: {days: 1}\n"
    )
    return folder


def rows() -> pa.Table:
    return pa.table(
        {
            "car": ["a", "a", "b"],
            "ts": pa.array([instant(10, 1), instant(10, 3), instant(8, 0)], pa.timestamp("us", "UTC")),
            "speed": [10.0, 30.0, 5.0],
        }
    )


def observations() -> pa.Table:
    return pa.table(
        {
            "car": ["a", "a", "a", "b", "c", None],
            "t": pa.array(
                [instant(10, 1, 29), instant(10, 1, 30), instant(10, 9), instant(10, 0), instant(10, 0), instant(10, 0)],
                pa.timestamp("us", "UTC"),
            ),
        }
    )


def test_the_row_used_is_the_newest_that_was_known(speed_set: Path) -> None:
    found = podium.features.get_offline_features([podium.features.FeatureSet(speed_set, rows())], observations(), "t")
    table = found.to_arrow()
    assert table.column_names == ["car", "t", "speed"]
    assert table["speed"].to_pylist() == [None, 10.0, 30.0, None, None, None]
    assert found.reasons(0) == ["not_yet_available", "matched", "matched", "too_old", "no_key", "null_key"]
    assert sum(found.summaries[0]["counts"].values()) == len(found) == 6
    assert "matched" in found._repr_html_()


def test_pandas_in_and_out(speed_set: Path) -> None:
    found = podium.features.get_offline_features(
        [podium.features.FeatureSet(speed_set, rows().to_pandas())], observations().to_pandas(), "t", prefix_with_set=True
    )
    assert found.to_arrow().to_pandas()["speed__speed"].tolist()[1:3] == [10.0, 30.0]


def test_an_audit_names_rows_that_were_not_yet_known(speed_set: Path) -> None:
    honest = podium.features.get_offline_features([podium.features.FeatureSet(speed_set, rows())], observations(), "t")
    assert [one["violations"] for one in honest.audit()] == [0]
    leaky = podium.features.get_offline_features(
        [podium.features.FeatureSet(speed_set, rows())], observations(), "t", leak={"speed": 3600.0 * 3}
    )
    (found,) = leaky.audit()
    assert found["violations"] >= 1
    first = found["examples"][0]
    assert first["known_us"] > first["observed_us"]


def test_a_missing_column_is_named(speed_set: Path) -> None:
    with pytest.raises(podium.InvalidArgumentError, match="car"):
        podium.features.get_offline_features(
            [podium.features.FeatureSet(speed_set, rows())], observations().drop_columns("car"), "t"
        )
    with pytest.raises(TypeError, match="__arrow_c_stream__"):
        podium.features.get_offline_features([podium.features.FeatureSet(speed_set, rows())], {"car": []}, "t")  # type: ignore[arg-type]


def test_exporting_twice_gives_the_same_table(speed_set: Path) -> None:
    found = podium.features.get_offline_features([podium.features.FeatureSet(speed_set, rows())], observations(), "t")
    assert found.to_arrow().equals(found.to_arrow())


POLICY = ROOT / "pipelines/flights/policy.yaml"


def evidence_table(gain: float, seed: int = 1) -> pa.Table:
    """30 days of flights: `gain` moves the challenger's scores towards the label."""
    random = np.random.default_rng(seed)
    days, each = 30, 900
    size = days * each
    signal = random.normal(size=size)
    label = (random.random(size) < 1 / (1 + np.exp(-(signal * 1.2 - 2)))).astype(float)
    weak = 1 / (1 + np.exp(-(0.6 * signal + random.normal(size=size) - 2)))
    strong = 1 / (1 + np.exp(-((0.6 + gain) * signal + random.normal(size=size) * (1 - gain / 2) - 2)))
    day = np.repeat(np.arange(days), each)
    start = np.datetime64("2013-09-01T00:00:00", "us")
    return pa.table(
        {
            "flight_key": [f"f{i}" for i in range(size)],
            "flight_date": [f"2013-09-{d + 1:02d}" for d in day],
            "y": label,
            "sched_dep_utc": pa.array(start + day.astype("timedelta64[D]"), pa.timestamp("us", "UTC")),
            "origin": np.array(["EWR", "JFK", "LGA"])[np.arange(size) % 3],
            "champion": weak,
            "challenger": strong,
        }
    )


def judge(table: pa.Table) -> podium.gate.Decision:
    evidence = podium.gate.collect(
        POLICY, {"september": table}, train_units=["other"], train_end=datetime.datetime(2013, 7, 1, tzinfo=UTC)
    )
    return podium.gate.evaluate(POLICY, evidence)


def test_a_better_challenger_is_promoted_and_an_equal_one_is_not() -> None:
    better = judge(evidence_table(0.5))
    assert better.verdict == "promote", better.to_json()
    assert better.exit_code == 0
    assert judge(evidence_table(0.0)).verdict != "promote"


def test_the_decision_says_the_same_in_json_and_in_python() -> None:
    decision = judge(evidence_table(0.5))
    parsed = json.loads(decision.to_json())
    assert parsed["verdict"] == decision.verdict
    assert parsed["digest"] == decision.digest
    for written, check in zip(parsed["checks"], decision.checks, strict=True):
        assert written["id"] == check["id"]
        assert written["interval"][0] <= written["estimate"] <= written["interval"][1]
    assert decision.to_json() == judge(evidence_table(0.5)).to_json()
    assert "promote" in decision._repr_html_()
    assert "<script" not in decision.to_html()


def test_a_missing_prediction_never_promotes() -> None:
    table = evidence_table(0.5)
    scores = table["challenger"].to_numpy().copy()
    scores[7] = np.nan
    broken = table.set_column(table.column_names.index("challenger"), "challenger", pa.array(scores))
    assert judge(broken).verdict == "hold"


def test_paired_tables_are_joined_by_unit() -> None:
    both = evidence_table(0.5)
    common = ["flight_key", "flight_date", "y", "sched_dep_utc", "origin"]
    champion = both.select([*common, "champion"]).rename_columns([*common, "score"])
    challenger = both.select([*common, "challenger"]).rename_columns([*common, "score"]).take(np.arange(both.num_rows)[::-1])
    facts = {"train_units": ["other"], "train_end": datetime.datetime(2013, 7, 1, tzinfo=UTC)}
    paired = podium.gate.evaluate(POLICY, podium.gate.collect(POLICY, {"september": (champion, challenger)}, **facts))
    assert paired.to_json() == judge(both).to_json()


def test_jobs_run_and_are_listed(hello: Path, tmp_path: Path) -> None:
    with podium.Workspace.local(tmp_path / "ws") as ws:
        seen: list[tuple[str, str]] = []
        job = ws.jobs.submit(str(hello)).wait(on_change=lambda one: seen.append((one.display_name, one.status)))
        assert job.status == "Completed"
        assert ("make", "Completed") in seen
        assert {step.display_name for step in job.children()} == {"make", "count"}
        assert [one.name for one in ws.jobs.list() if one.type == "Pipeline"] == [job.name]
        assert ws.files.read(job.outputs["total"]) == b"3"
        (make,) = (step for step in job.children() if step.display_name == "make")
        assert "made 3" in make.log()
    assert "closed" in repr(ws)
    with pytest.raises(podium.InvalidArgumentError, match="closed"):
        ws.jobs.list()


def test_a_workspace_is_held_by_one_process_and_freed_on_close(hello: Path, tmp_path: Path) -> None:
    with podium.Workspace.local(tmp_path / "ws"), pytest.raises(podium.LockedError):
        podium.Workspace.local(tmp_path / "ws")
    with podium.Workspace.local(tmp_path / "ws"):
        pass


def test_the_interpreter_goes_on_while_a_call_waits(hello: Path, tmp_path: Path) -> None:
    (tmp_path / "src" / "make.py").write_text(
        "import sys, time, pathlib; time.sleep(1); (pathlib.Path(sys.argv[2]) / 'words.txt').write_text('x')\n"
    )
    ticks: list[float] = []
    done = threading.Event()

    def tick() -> None:
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.01)

    thread = threading.Thread(target=tick)
    with podium.Workspace.local(tmp_path / "ws") as ws:
        job = ws.jobs.submit(str(hello))
        thread.start()
        job.wait()
        done.set()
        thread.join()
    assert len(ticks) > 20


def test_a_timeout_is_its_own_exception_and_the_job_goes_on(hello: Path, tmp_path: Path) -> None:
    (tmp_path / "src" / "make.py").write_text("import time; time.sleep(60)\n")
    with podium.Workspace.local(tmp_path / "ws") as ws:
        job = ws.jobs.submit(str(hello))
        with pytest.raises(podium.DeadlineExceededError):
            job.wait(timeout=0.3)
        assert job.refresh().status not in ("Completed", "Failed")
        job.cancel()
        assert job.wait().status == "Canceled"


def test_errors_carry_facts(tmp_path: Path) -> None:
    with podium.Workspace.local(tmp_path / "ws") as ws, pytest.raises(podium.NotFoundError) as caught:
        ws.models.get("nothing", "1")
    assert caught.value.code == "not found"
    assert caught.value.status == 404
    assert isinstance(caught.value, podium.Error)


def test_validate_returns_findings(hello: Path) -> None:
    assert podium.validate(str(hello)) == []
    hello.write_text(hello.read_text().replace("display_name: hello", "display_nme: hello"))
    (finding,) = podium.validate(str(hello))
    assert finding["severity"] == "error"
    assert finding["start"]["line"] == 4


def test_the_workspace_can_be_moved(hello: Path, tmp_path: Path) -> None:
    with podium.Workspace.local(tmp_path / "ws") as ws:
        name = ws.jobs.submit(str(hello)).wait().name
    long = tmp_path / ("deep" * 30) / ("deeper" * 20)
    long.mkdir(parents=True)
    moved = (tmp_path / "ws").rename(long / "moved")
    with podium.Workspace.local(moved) as ws:
        job = ws.jobs.get(name)
        assert ws.files.read(job.outputs["total"]) == b"3"
        again = ws.jobs.submit(str(hello)).wait()
        assert all(step.properties.get("azureml.isreused") == "true" for step in again.children())


def test_a_served_workspace_answers_the_same_client(hello: Path, serve, tmp_path: Path) -> None:
    server = serve(tmp_path / "ws")
    import urllib.request

    with urllib.request.urlopen(
        f"{server.ready['url']}/msi/token?api-version=2017-09-01&resource={server.ready['tls_url']}/"
    ) as reply:
        token = json.load(reply)["access_token"]
    ws = podium.Workspace.remote(
        str(server.ready["tls_url"]),
        subscription_id=str(server.ready["subscription_id"]),
        resource_group=str(server.ready["resource_group"]),
        workspace_name=str(server.ready["workspace_name"]),
        token=token,
        ca_file=str(server.ready["ca"]),
    )
    job = ws.jobs.submit(str(hello)).wait()
    assert job.status == "Completed", job.error
    assert ws.files.read(job.outputs["total"]) == b"3"
