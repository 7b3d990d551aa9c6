"""Runs tests/unit/data/data_tool.cpp, which shows the library's datasets and Delta tables to the Python tests."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import ROOT

BUILD = Path(os.environ.get("PODIUM_BUILD", ROOT / "build" / "release"))
TOOL = BUILD / "tests" / "unit" / "data" / "data_tool"
PLUGIN = BUILD / "lib" / "podium" / "libpodium_arrow.so"

needs_tool = pytest.mark.skipif(not TOOL.exists(), reason=f"needs {TOOL.name} of a build with tests")


class RefusedError(Exception):
    """What the tool said instead of a result."""


def run_tool(*words: object) -> str:
    done = subprocess.run(
        [str(TOOL), *map(str, words), f"--plugin={PLUGIN}"], capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode not in (0, 1):
        raise AssertionError(f"data_tool ended with {done.returncode}: {done.stderr}")
    if done.returncode == 1:
        raise RefusedError(done.stderr.strip())
    return done.stdout


def read(place: object, out: Path, *options: str) -> pa.Table:
    """The table that the library reads from a place, through a Parquet file of its own."""
    run_tool("read", place, out, *options)
    return pq.read_table(out, partitioning=None)


def schema(place: object, *options: str) -> dict[str, str]:
    lines = run_tool("schema", place, *options).splitlines()
    return dict(line.split(" ", 1) for line in lines)
