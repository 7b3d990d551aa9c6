"""A disk that runs full under the workspace ends in one clear error, and the workspace still opens."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MiB; only root can make one."""
    place = tmp_path / "disk"
    place.mkdir()
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", place], check=False).returncode != 0
    ):
        pytest.skip("mounting a small file system needs root")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_a_step_that_fills_the_disk_fails_and_says_so(podium, hello: Path, small_disk: Path) -> None:
    (hello.parent / "src" / "make.py").write_text(
        "import sys, pathlib\n(pathlib.Path(sys.argv[2]) / 'words.txt').write_bytes(b'x' * 8_000_000)\n"
    )
    ran = podium("run", hello, "--workspace", small_disk / "ws", timeout=60)
    assert ran.code == 1, ran.err
    assert "the disk under the workspace is full" in ran.err
    assert "make" in ran.err.strip().splitlines()[-1]

    for file in (small_disk / "ws").rglob("words.txt"):
        file.unlink()
    (hello.parent / "src" / "make.py").write_text(
        "import sys, pathlib\n(pathlib.Path(sys.argv[2]) / 'words.txt').write_text('x')\n"
    )
    again = podium("run", hello, "--workspace", small_disk / "ws", timeout=60)
    assert again.code == 0, again.err
