"""What the README shows is run as it is printed, in a folder that has what `make demo` leaves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import PODIUM, ROOT

README = (ROOT / "README.md").read_text()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("pipelines", "demo-output"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", README, re.S)
    assert found, f"the README has no {language} block"
    return found.group(1)


def test_the_python_lines_run_and_hold(place: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", block("python")], cwd=place, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].startswith("Completed")
    assert done.stdout.splitlines()[1].startswith("hold")


def test_the_cpp_lines_run_and_hold(place: Path) -> None:
    program = ROOT / "build/consumer/readme"
    assert program.exists(), "the consumer project is built before these tests (tests/run.py)"
    path = f"{PODIUM.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(program)], cwd=place, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 11, done.stderr


def test_the_commands_that_it_names_exist() -> None:
    for command in ("validate", "run", "gate evaluate", "promote", "serve"):
        assert f"podium {command}" in README
        done = subprocess.run([str(PODIUM), *command.split(), "--help"], capture_output=True, text=True, check=False)
        assert done.returncode == 0
        assert max(len(line) for line in done.stdout.splitlines()) <= 80
