"""What the Python tests share: the checkout, the installed command line, small pipelines, served workspaces."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PODIUM = Path(sys.executable).with_name("podium")


@dataclass
class Ran:
    code: int
    out: str
    err: str


@pytest.fixture
def podium(tmp_path: Path) -> Callable[..., Ran]:
    """Runs the installed command line in a folder of its own."""

    def run(*words: object, cwd: Path = tmp_path, timeout: float = 120, **environment: str) -> Ran:
        done = subprocess.run(
            [str(PODIUM), *map(str, words)],
            cwd=cwd,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def hello(tmp_path: Path) -> Path:
    """A pipeline of two steps that needs only Python itself."""
    code = tmp_path / "src"
    code.mkdir()
    (code / "make.py").write_text(
        textwrap.dedent(
            """
            import pathlib, sys
            folder = pathlib.Path(sys.argv[2])
            (folder / "words.txt").write_text(" ".join(["hello"] * int(sys.argv[1])))
            print("made", sys.argv[1])
            """
        )
    )
    (code / "count.py").write_text(
        textwrap.dedent(
            """
            import pathlib, sys
            words = (pathlib.Path(sys.argv[1]) / "words.txt").read_text().split()
            if len(words) > 99:
                sys.exit("too many words")
            pathlib.Path(sys.argv[2]).write_text(str(len(words)))
            print("counted", len(words))
            """
        )
    )
    pipeline = tmp_path / "pipeline.yml"
    pipeline.write_text(
        textwrap.dedent(
            """
            $schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
            type: pipeline
            display_name: hello
            experiment_name: hello
            settings: {default_compute: serverless}
            inputs:
              times: 3
            outputs:
              total:
                type: uri_file
            jobs:
              make:
                type: command
                command: python make.py ${{inputs.times}} ${{outputs.words}}
                code: ./src
                environment: {image: "docker.io/python:3.11"}
                inputs:
                  times: ${{parent.inputs.times}}
                outputs:
                  words: {type: uri_folder}
              count:
                type: command
                command: python count.py ${{inputs.words}} ${{outputs.total}}
                code: ./src
                environment: {image: "docker.io/python:3.11"}
                inputs:
                  words: ${{parent.jobs.make.outputs.words}}
                outputs:
                  total: ${{parent.outputs.total}}
            """
        )
    )
    return pipeline


@dataclass
class Server:
    process: subprocess.Popen[str]
    ready: dict[str, object]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Path], Server]]:
    """Starts `podium serve` on a port that the kernel picks; ended with the test."""
    started: list[subprocess.Popen[str]] = []

    def start(workspace: Path) -> Server:
        ready = tmp_path / f"ready-{len(started)}.json"
        process = subprocess.Popen(
            [str(PODIUM), "serve", "--workspace", str(workspace), "--port", "0", "--ready-file", str(ready)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        deadline = time.monotonic() + 30
        while not ready.exists():
            if process.poll() is not None:
                pytest.fail(f"podium serve ended with {process.returncode}: {process.stderr.read() if process.stderr else ''}")
            if time.monotonic() > deadline:
                pytest.fail("podium serve was not ready within 30 s")
            time.sleep(0.02)
        return Server(process, json.loads(ready.read_text()))

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)
        if process.stderr:
            process.stderr.close()
