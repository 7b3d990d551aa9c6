"""MLflow's own client against the served workspace, by its plain address."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import Served


def test_mlflow_tracks_a_run_with_metrics_and_artifacts(served: Served, tmp_path: Path) -> None:
    script = tmp_path / "track.py"
    script.write_text(
        """
import json, sys
import mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("tracked")
with mlflow.start_run(run_name="one") as run:
    mlflow.log_params({"depth": 3, "kind": "tree"})
    for step in range(3):
        mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
    mlflow.log_metrics({"odd": float("nan")})
    mlflow.set_tag("owner", "blue")
    mlflow.log_dict({"k": 1}, "folder/d.json")
client = mlflow.MlflowClient()
seen = client.get_run(run.info.run_id)
found = client.search_runs([seen.info.experiment_id], "metrics.loss < 0.5")
nested = [f.path for f in client.list_artifacts(run.info.run_id, "folder")]
print(json.dumps({
    "status": seen.info.status, "loss": seen.data.metrics["loss"], "odd": str(seen.data.metrics["odd"]),
    "params": seen.data.params,
    "owner": seen.data.tags["owner"], "history": [m.value for m in client.get_metric_history(run.info.run_id, "loss")],
    "found": len(found), "artifacts": [f.path for f in client.list_artifacts(run.info.run_id)], "nested": nested,
    "content": mlflow.artifacts.load_dict(seen.info.artifact_uri + "/folder/d.json"),
    "experiments": [e.name for e in client.search_experiments()],
}))
"""
    )
    done = subprocess.run(
        [sys.executable, script, served.url],
        env=served.environment(),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["status"] == "FINISHED"
    assert seen["loss"] == pytest.approx(1 / 3)
    assert seen["odd"] == "nan"
    assert seen["params"] == {"depth": "3", "kind": "tree"}
    assert seen["owner"] == "blue"
    assert seen["history"] == pytest.approx([1, 0.5, 1 / 3])
    assert seen["found"] == 1
    assert seen["artifacts"] == ["folder"]
    assert seen["nested"] == ["folder/d.json"]
    assert seen["content"] == {"k": 1}
    assert "tracked" in seen["experiments"]
