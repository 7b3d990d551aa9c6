"""`podium features`: retrieve, explain, audit, materialize, online."""

from __future__ import annotations

import datetime
import json
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import podium as package
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

DAY = datetime.datetime(2023, 1, 10, tzinfo=datetime.UTC)

SPEC = """
source:
  type: parquet
  path: ./rows.parquet
  timestamp_column: {name: ts}
  source_delay: {minutes: 20}
features:
  - {name: balance, type: double}
  - {name: visits, type: long}
index_columns:
  - {name: account, type: string}
temporal_join_lookback: {days: 1}
"""


def at(hour: int, day: int = 0) -> datetime.datetime:
    return DAY + datetime.timedelta(hours=hour, days=day)


def times(*moments: datetime.datetime) -> pa.Array:
    return pa.array(moments, pa.timestamp("us", "UTC"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    accounts = tmp_path / "accounts"
    accounts.mkdir()
    (accounts / "FeatureSetSpec.yaml").write_text(SPEC)
    rows = pa.table(
        {
            "account": ["a", "a", "b", "a"],
            "ts": times(at(8), at(9), at(9), at(9, 2)),
            "balance": [8.0, None, 1.0, 4.0],
            "visits": [1, 2, 3, 4],
        }
    )
    pq.write_table(rows, accounts / "rows.parquet")
    observations = pa.table({"account": ["b", "a", "c", "a"], "t": times(at(10), at(10), at(10), at(10, 1)), "y": [0, 1, 2, 3]})
    pq.write_table(observations, tmp_path / "obs.parquet")
    return tmp_path


def words(command: str, folder: Path, *more: object) -> list[object]:
    return [
        "features",
        command,
        "--spec",
        folder / "accounts",
        "--observations",
        folder / "obs.parquet",
        "--timestamp",
        "t",
        *more,
    ]


def test_retrieve_writes_features_and_reasons(podium: Callable[..., Any], folder: Path) -> None:
    ran = podium(*words("retrieve", folder, "--out", "out.parquet", "--explain", "why.json"))
    assert ran.code == 0, ran.err
    table = pq.read_table(folder / "out.parquet")
    assert table.column_names == ["account", "t", "y", "balance", "visits"]
    assert table["balance"].to_pylist() == [1.0, None, None, None]
    assert table["visits"].to_pylist() == [3, 2, None, None]
    why = json.loads((folder / "why.json").read_text())
    assert why["rows"] == 4
    reasons = {one["feature"]: {name: found["count"] for name, found in one["reasons"].items()} for one in why["features"]}
    assert reasons == {
        "balance": {"matched": 1, "null_value": 1, "no_key": 1, "too_old": 1},
        "visits": {"matched": 2, "no_key": 1, "too_old": 1},
    }
    assert why["features"][0]["reasons"]["null_value"]["first_rows"] == [1]
    assert "too_old" in ran.out
    again = podium(*words("retrieve", folder, "--out", "out2.parquet", "--explain", "codes.parquet", "--output", "json"))
    assert json.loads(again.out)["rows"] == 4
    assert pq.read_table(folder / "codes.parquet")["visits"].to_pylist() == ["matched", "matched", "no_key", "too_old"]
    assert pq.read_table(folder / "out2.parquet").equals(table)


def test_a_mistake_leaves_nothing_behind(podium: Callable[..., Any], folder: Path) -> None:
    for more, why in (
        (["--tie-break", "sometimes"], "sometimes"),
        (["--store", "accounts"], "SET=PATH"),
        (["--store", "other=/nowhere"], "other"),
        (["--naive-timezone", "Mars/Olympus"], "Mars/Olympus"),
    ):
        ran = podium(*words("retrieve", folder, "--out", "out.parquet", "--explain", "why.json", *more))
        assert ran.code != 0 and why in ran.err, (more, ran.err)
    (folder / "obs.parquet").write_bytes((folder / "obs.parquet").read_bytes()[:-20])
    ran = podium(*words("retrieve", folder, "--out", "out.parquet", "--explain", "why.json"))
    assert ran.code != 0 and "obs.parquet" in ran.err
    assert sorted(one.name for one in folder.iterdir()) == ["accounts", "obs.parquet"]
    ran = podium(*words("retrieve", folder, "--out", "no/such/folder/out.parquet"))
    assert ran.code != 0


def test_explain_tells_the_story_of_a_row(podium: Callable[..., Any], folder: Path) -> None:
    ran = podium(*words("explain", folder, "--row", 3))
    assert ran.code == 0, ran.err
    assert "too_old" in ran.out and "1 d 1 h old" in ran.out and "after the observation" in ran.out
    assert "null_value" in podium(*words("explain", folder)).out
    assert json.loads(podium(*words("explain", folder, "--row", 0, "-o", "json")).out)["sets"][0]["reason"] == "matched"
    assert podium(*words("explain", folder, "--row", 9)).code != 0


def test_audit_measures_ages_and_finds_nothing_wrong(podium: Callable[..., Any], folder: Path) -> None:
    ran = podium(*words("audit", folder, "-o", "json"))
    assert ran.code == 0, ran.err
    assert json.loads(ran.out) == {
        "violations": 0,
        "sets": [{"feature_set": "accounts", "matched": 2, "violations": 0, "median_age_s": 3600, "oldest_age_s": 3600}],
    }
    assert "NOT YET KNOWN" in podium(*words("audit", folder)).out


def test_a_retrieval_spec_names_registered_sets_of_a_workspace(podium: Callable[..., Any], folder: Path) -> None:
    with package.Workspace.local(folder / "ws") as ws:
        client = package.features.FeatureStoreClient(ws)
        client.feature_store_entities.create("account", "1", {"account": "string"})
        made = client.feature_sets.create("accounts", "1", entities=["account:1"], specification=folder / "accounts")
        wanted = [made["visits"], made["balance"]]
        (folder / "spec").mkdir()
        client.generate_feature_retrieval_spec(folder / "spec", wanted)
        with pytest.raises(package.ConflictError):
            client.generate_feature_retrieval_spec(folder / "spec", wanted)
        assert [one.uri for one in client.resolve_feature_retrieval_spec(folder / "spec")] == [one.uri for one in wanted]
    ran = podium(
        "features",
        "retrieve",
        "--spec",
        folder / "spec" / "feature_retrieval_spec.yaml",
        "--observations",
        folder / "obs.parquet",
        "--timestamp",
        "t",
        "--out",
        "out.parquet",
        "--workspace",
        folder / "ws",
    )
    assert ran.code == 0, ran.err
    table = pq.read_table(folder / "out.parquet")
    assert table.column_names[3:] == ["visits", "balance"]
    assert table["visits"].to_pylist() == [3, 2, None, None]


def test_a_store_is_filled_and_read_and_its_gaps_are_named(podium: Callable[..., Any], folder: Path) -> None:
    store = folder / "store"
    base = ["features", "materialize", "--spec", folder / "accounts", "--store", store]
    ran = podium(*base, "--from", "2023-01-10", "--to", "2023-01-11", "-o", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["windows"][0]["rows"] == 3
    out = words("retrieve", folder, "--out", "out.parquet", "--store", f"accounts={store}", "-o", "json")
    found = json.loads(podium(*out).out)["features"][1]["reasons"]
    assert found["coverage_gap"]["first_rows"] == [3]
    ran = podium(*base, "--from", "2023-01-09", "--to", "2023-01-12", "--gaps", "-o", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["covered"] == 1
    assert "coverage_gap" not in json.loads(podium(*out).out)["features"][1]["reasons"]
    assert podium(*base, "--from", "2023-01-12", "--to", "2023-01-09").code != 0
    assert "yesterday" in podium(*base, "--from", "yesterday", "--to", "2023-01-09").err


def test_online_values_are_written_and_looked_up(podium: Callable[..., Any], folder: Path) -> None:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [program, "--port", str(port), "--save", "", "--dir", str(folder)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert any("eady to accept connections" in line for line in process.stdout)
        text = (folder / "accounts/FeatureSetSpec.yaml").read_text().replace("temporal_join_lookback: {days: 1}", "")
        (folder / "accounts/FeatureSetSpec.yaml").write_text(text)
        at_redis = ["--spec", folder / "accounts", "--redis", f"redis://127.0.0.1:{port}", "--store-guid", "guid"]
        ran = podium("features", "online", "write", *at_redis, "-o", "json")
        assert ran.code == 0, ran.err
        assert json.loads(ran.out) == {"keys": 2, "written": 2, "expired": 0, "skipped": 0}
        ran = podium("features", "online", "get", *at_redis, "--keys", folder / "obs.parquet", "--out", "now.parquet")
        assert ran.code == 0, ran.err
        table = pq.read_table(folder / "now.parquet")
        assert table["visits"].to_pylist() == [3, 4, None, 4]
        assert table["accounts__status"].to_pylist() == ["present", "present", "missing", "present"]
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    ran = podium("features", "online", "write", *at_redis)
    assert ran.code != 0 and str(port) in ran.err


def test_help_fits_a_terminal(podium: Callable[..., Any]) -> None:
    for command in (["retrieve"], ["explain"], ["audit"], ["materialize"], ["online", "write"], ["online", "get"], []):
        lines = podium("features", *command, "--help").out.splitlines()
        assert lines and max(map(len, lines)) <= 80, [line for line in lines if len(line) > 80]
