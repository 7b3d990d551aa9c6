"""Datasets and Delta tables in Azure storage, held against Azurite: a real server on a port that the kernel picks."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT
from data_tool import RefusedError, needs_tool, read, run_tool, schema

blob = pytest.importorskip("azure.storage.blob")

AZURITE = Path(os.environ.get("PODIUM_AZURITE", ROOT / "build" / "node" / "node_modules" / ".bin" / "azurite-blob"))
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="  # Azurite's own, public

pytestmark = [needs_tool, pytest.mark.skipif(not AZURITE.exists(), reason="needs Azurite (make setup-test installs it)")]


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    place = tmp_path_factory.mktemp("azurite")
    words = [str(AZURITE), "--blobPort", "0", "--location", str(place), "--skipApiVersionCheck", "--disableTelemetry"]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if said := re.search(r"listens on (http://127\.0\.0\.1:\d+)", line):
                break
        else:
            pytest.fail("Azurite did not start")
        threading.Thread(target=process.stdout.read, daemon=True).start()  # so that it never waits for a reader
        service = blob.BlobServiceClient(f"{said[1]}/{ACCOUNT}", credential=KEY)
        service.create_container("data")
        yield said[1]
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def options(endpoint: str) -> list[str]:
    return [f"--endpoint={endpoint}", f"--key={KEY}"]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "in.parquet"
    table = pa.table({"id": pa.array(range(100)), "day": pa.array([f"2023-01-1{i % 3}" for i in range(100)])})
    pq.write_table(table, path, row_group_size=20)
    return path


def test_parquet_is_written_to_and_read_from_a_container(tmp_path: Path, rows: Path, options: list[str]) -> None:
    for name in ("a", "b"):
        run_tool("read", rows, f"abfss://data@{ACCOUNT}/plain/{name}.parquet", *options)
    assert schema(f"abfss://data@{ACCOUNT}/plain", *options) == {"id": "long", "day": "string"}
    assert read(f"abfss://data@{ACCOUNT}/plain", tmp_path / "out.parquet", *options).num_rows == 200
    assert read(f"wasbs://data@{ACCOUNT}/plain/b*.parquet", tmp_path / "out.parquet", *options).num_rows == 100
    assert (
        read(f"https://{ACCOUNT}.blob.core.windows.net/data/plain/a.parquet", tmp_path / "out.parquet", *options).num_rows == 100
    )


def test_a_delta_table_in_a_container_takes_commits_and_travels_in_time(tmp_path: Path, rows: Path, options: list[str]) -> None:
    table = f"abfss://data@{ACCOUNT}/stores/accounts/1"
    assert run_tool("append", table, rows, "--partitions=day", *options) == "version 0\n"
    assert run_tool("append", table, rows, *options) == "version 1\n"
    assert read(table, tmp_path / "out.parquet", *options).num_rows == 200
    first = read(table, tmp_path / "out.parquet", "--version=0", *options)
    assert sorted(first.column("id").to_pylist()) == list(range(100))
    assert set(first.column("day").to_pylist()) == {"2023-01-10", "2023-01-11", "2023-01-12"}


def test_a_sas_in_the_address_opens_what_it_may(tmp_path: Path, rows: Path, endpoint: str, options: list[str]) -> None:
    import datetime

    run_tool("read", rows, f"abfss://data@{ACCOUNT}/sas/a.parquet", *options)
    sas = blob.generate_container_sas(
        ACCOUNT,
        "data",
        account_key=KEY,
        permission=blob.ContainerSasPermissions(read=True, list=True),
        expiry=datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1),
    )
    place = f"https://{ACCOUNT}.blob.core.windows.net/data/sas/a.parquet?{sas}"
    assert read(place, tmp_path / "out.parquet", f"--endpoint={endpoint}").num_rows == 100
    with pytest.raises(RefusedError) as refused:
        read(place.replace("a.parquet", "b.parquet"), tmp_path / "out.parquet", f"--endpoint={endpoint}")
    assert "sig=" not in str(refused.value)


def test_what_is_not_there_and_who_may_not_are_told_apart_and_no_secret_is_repeated(
    tmp_path: Path, endpoint: str, options: list[str]
) -> None:
    with pytest.raises(RefusedError, match="not found: there is no file or folder abfss://"):
        read(f"abfss://data@{ACCOUNT}/nothing", tmp_path / "out.parquet", *options)
    wrong = "d3Jvbmcga2V5IHdyb25nIGtleQ=="
    with pytest.raises(RefusedError) as refused:
        read(f"abfss://data@{ACCOUNT}/plain", tmp_path / "out.parquet", f"--endpoint={endpoint}", f"--key={wrong}")
    assert "permission denied" in str(refused.value)
    assert wrong not in str(refused.value)
