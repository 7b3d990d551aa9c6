"""A served workspace, reached by unmodified clients the way a user would point them at it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]


def podium_program() -> Path:
    """`PODIUM_PROGRAM`, else the one beside this interpreter, else the native build."""
    for candidate in (
        os.environ.get("PODIUM_PROGRAM"),
        Path(sys.executable).with_name("podium"),
        ROOT / "build/release/src/cli/podium",
    ):
        if candidate and Path(candidate).exists():
            return Path(candidate)
    pytest.fail("no podium program: build it, or name one in PODIUM_PROGRAM")


@dataclass
class Served:
    url: str
    tls_url: str
    ca: str
    subscription_id: str
    resource_group: str
    workspace_name: str

    @property
    def id(self) -> str:
        return (
            f"/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.MachineLearningServices/workspaces/{self.workspace_name}"
        )

    def environment(self) -> dict[str, str]:
        """What a user exports; nothing else is changed."""
        clean = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AZURE_", "AZUREML_", "MSI_", "IDENTITY_", "MLFLOW_"))
        }
        return clean | {
            "ARM_CLOUD_METADATA_URL": f"{self.tls_url}/metadata/endpoints?api-version=2022-09-01",
            "REQUESTS_CA_BUNDLE": self.ca,
            "MSI_ENDPOINT": f"{self.tls_url}/msi/token",
            "MSI_SECRET": "local",
            "AZUREML_RUN_POLLING_INTERVAL_MIN": "1",
            "AZUREML_RUN_POLLING_INTERVAL_MAX": "1",
            "PODIUM_TEST_WORKSPACE": json.dumps([self.subscription_id, self.resource_group, self.workspace_name]),
        }


@contextlib.contextmanager
def serving(workspace: Path, folder: Path) -> Iterator[Served]:
    """`podium serve` on the workspace, its own files in the folder; ended with the block."""
    ready = folder / "ready.json"
    log = (folder / "serve.log").open("w")
    process = subprocess.Popen(
        [podium_program(), "serve", "--workspace", workspace, "--port", "0", "--ready-file", ready],
        stdout=log,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PODIUM_PYTHON": sys.executable},
    )
    try:
        deadline = time.monotonic() + 60
        while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        assert ready.exists(), (folder / "serve.log").read_text()
        facts: dict[str, Any] = json.loads(ready.read_text())
        facts.pop("pid")
        yield Served(**facts)
        assert process.poll() is None, "the server ended: " + (folder / "serve.log").read_text()
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    with serving(folder / "workspace", folder) as workspace:
        yield workspace


PRELUDE = """
import json, os
from pathlib import Path
from azure.ai.ml import Input, MLClient, Output, command, dsl, load_component, load_job
from azure.ai.ml.entities import Data, Environment, ManagedOnlineEndpoint, Model
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.identity import DefaultAzureCredential

client = MLClient(DefaultAzureCredential(), *json.loads(os.environ["PODIUM_TEST_WORKSPACE"]), enable_telemetry=False)
"""


def run_with_client(served: Served, script: str, folder: Path) -> str:
    """Runs a script with a real MLClient, in an interpreter of its own, and gives back what it printed."""
    file = folder / "script.py"
    file.write_text(PRELUDE + script)
    done = subprocess.run(
        [sys.executable, file],
        cwd=folder,
        env=served.environment(),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def azure(served: Served, tmp_path: Path) -> Callable[[str], str]:
    return lambda script: run_with_client(served, script, tmp_path)
