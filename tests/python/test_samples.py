"""The Python twin of the C++ sample runs, and ends as it does."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import ROOT


def test_the_python_twin_tells_the_same_story(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "samples/promote_flights.py", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    done = subprocess.run(
        [sys.executable, ROOT / "samples/promote_flights.py", "--out", tmp_path / "out"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "promoted" in done.stdout
    assert "rolled_back" in done.stdout
    decision = json.loads((ROOT / "demo-output/decision.json").read_text())
    assert decision["verdict"] in done.stdout
