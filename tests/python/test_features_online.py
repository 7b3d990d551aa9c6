"""Online features against a real redis-server."""

from __future__ import annotations

import datetime
import hashlib
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path

import podium
import polars
import pyarrow as pa
import pytest
from podium.features import FeatureSetSpec, Layout, OnlineStore

NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
GUID = "12345678-0000-0000-0000-000000000000"

SPEC = """
source: {type: parquet, path: ./rows.parquet, timestamp_column: {name: ts}}
features:
  - {name: balance, type: double}
  - {name: visits, type: long}
  - {name: note, type: string}
  - {name: active, type: boolean}
  - {name: seen, type: datetime}
  - {name: raw, type: binary}
index_columns:
  - {name: account, type: string}
  - {name: branch, type: integer}
"""


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("redis-server is not installed")
    folder = tmp_path_factory.mktemp("redis")
    for _ in range(5):  # the kernel picks a port; somebody else may take it before the server does
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        process = subprocess.Popen(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        if any("eady to accept connections" in line for line in process.stdout):
            break
    else:
        pytest.fail("redis-server does not start")
    yield f"redis://127.0.0.1:{port}"
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.fixture
def spec(tmp_path: Path, request: pytest.FixtureRequest) -> FeatureSetSpec:
    # A set of its own for each test: they share the server.
    folder = tmp_path / f"set-{abs(hash(request.node.name)) % 10**8}"
    folder.mkdir()
    (folder / "FeatureSetSpec.yaml").write_text(SPEC)
    return FeatureSetSpec.from_config(folder)


def rows() -> pa.Table:
    hours = [5, 1, 3]
    return pa.table(
        {
            "account": ["a", "a", "b"],
            "branch": pa.array([1, 1, 2], pa.int32()),
            "ts": pa.array([NOW - datetime.timedelta(hours=one) for one in hours], pa.timestamp("us", "UTC")),
            "balance": [5.0, 1.5, None],
            "visits": [5, -1, 3],
            "note": ["five", "ü", ""],
            "active": [True, False, None],
            "seen": pa.array([NOW, NOW, None], pa.timestamp("ms", "UTC")),
            "raw": [b"5", b"\x00\xff", None],
        }
    )


def asked() -> pa.Table:
    return pa.table({"account": ["b", "a", "c", None], "branch": pa.array([2, 1, 1, 1], pa.int64()), "row": [0, 1, 2, 3]})


def test_every_type_comes_back_as_it_was_written(redis: str, spec: FeatureSetSpec) -> None:
    store = OnlineStore(redis, Layout(GUID))
    assert not store.clustered
    assert store.write(spec, rows()) == {"rows": 2, "written": 2, "expired": 0, "skipped": 0}
    found = store.get(spec.get_features(), asked(), with_age=True)
    table = found.to_arrow()
    assert table.column_names[:3] == ["account", "branch", "row"]
    assert table["balance"].to_pylist() == [None, 1.5, None, None]
    assert table["visits"].to_pylist() == [3, -1, None, None]
    assert table["note"].to_pylist() == ["", "ü", None, None]
    assert table["active"].to_pylist() == [None, False, None, None]
    assert table["seen"].to_pylist() == [None, NOW, None, None]
    assert table["raw"].to_pylist() == [None, b"\x00\xff", None, None]
    assert found.status() == {spec.name: ["present", "present", "missing", "null_key"]}
    ages = table[f"{spec.name}__age_s"].to_pylist()
    since = (datetime.datetime.now(datetime.UTC) - NOW).total_seconds()
    assert 3 * 3600 <= ages[0] <= 3 * 3600 + since and ages[2] is None


def test_the_bytes_in_redis_are_those_of_azure_s_writer(redis: str, spec: FeatureSetSpec) -> None:
    OnlineStore(redis, Layout(GUID, version="7")).write(spec, rows())
    prefix = hashlib.md5(f"featurestore:{GUID}:featureset:{spec.name}:version:7:".encode()).hexdigest()

    def stored(field: str) -> bytes:
        host, port = redis.removeprefix("redis://").split(":")
        done = subprocess.run(
            ["redis-cli", "-h", host, "-p", port, "--no-raw", "HGET", f"{prefix}(a:1)", field], capture_output=True, check=True
        )
        return done.stdout.strip()

    def shown(value: bytes) -> bytes:
        return ('"' + "".join(chr(c) if 32 <= c < 127 and chr(c) not in '"\\' else f"\\x{c:02x}" for c in value) + '"').encode()

    assert stored("balance") == shown(struct.pack("<d", 1.5))
    assert stored("visits") == shown(struct.pack("<l", -1))
    assert stored("active") == b'"0"'
    assert stored("seen") == f'"{NOW.replace(tzinfo=None).isoformat()}"'.encode()
    assert stored("ts") == f'"{int((NOW - datetime.timedelta(hours=1)).timestamp())}"'.encode()


def test_values_that_are_too_old_are_not_given_out(redis: str, spec: FeatureSetSpec) -> None:
    store = OnlineStore(redis, Layout(GUID))
    store.write(spec, rows())
    young = store.get([spec.get_feature("visits")], asked(), max_age="2h", with_status=True)
    assert young.to_arrow()["visits"].to_pylist() == [None, -1, None, None]
    assert young.to_arrow()[f"{spec.name}__status"].to_pylist() == ["expired", "present", "missing", "null_key"]


def test_offline_becomes_online_and_both_agree(redis: str, spec: FeatureSetSpec) -> None:
    offline = FeatureSetSpec(spec._core, data=rows())
    store = OnlineStore(redis, Layout(GUID))
    assert store.materialize(offline)["written"] == 2
    observations = asked().append_column("t", pa.array([NOW] * 4, pa.timestamp("us", "UTC")))
    before = podium.features.get_offline_features(offline.get_features(), observations, "t")
    now = store.get(offline.get_features(), observations)
    names = [one.name for one in offline.get_features()]
    assert all(one.equal == 4 for one in podium.features.compare_retrievals(before, now, names))
    assert before.to_arrow().schema.names == now.to_arrow().schema.names


def test_azure_s_names_work_with_a_store(redis: str, spec: FeatureSetSpec) -> None:
    with pytest.raises(podium.InvalidArgumentError, match="init_online_lookup"):
        podium.features.get_online_features(spec.get_features(), asked())
    store = OnlineStore(redis, Layout(GUID))
    store.write(spec, rows())
    podium.features.init_online_lookup(spec.get_features(), store=store)
    try:
        frame = podium.features.get_online_features(features=[spec["visits"]], observation_data=asked()).to_polars()
        assert isinstance(frame, polars.DataFrame)
        assert frame["visits"].to_list() == [3, -1, None, None]
    finally:
        podium.features.shutdown_online_lookup()


def test_what_cannot_be_done_says_so(redis: str, spec: FeatureSetSpec) -> None:
    store = OnlineStore(redis, Layout(GUID))
    big = rows().set_column(4, "visits", pa.array([1, 2**40, 3]))
    with pytest.raises(podium.InvalidArgumentError, match="32 bits"):
        store.write(spec, big)
    assert store.get([spec["visits"]], asked()).status()[spec.name][1] == "missing"
    with pytest.raises(podium.InvalidArgumentError, match="branch"):
        store.get([spec["visits"]], asked().drop_columns("branch"))
    with pytest.raises(podium.InvalidArgumentError, match="schema 1"):
        OnlineStore(redis, Layout(GUID, schema=1)).write(spec, rows())
    with pytest.raises(podium.UnavailableError, match="127"):
        OnlineStore("redis://127.0.0.1:1", Layout(GUID))
    with pytest.raises(podium.InvalidArgumentError, match="http"):
        OnlineStore("http://x", Layout(GUID))
