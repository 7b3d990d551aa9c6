"""The unmodified azure-ai-ml lists and shows what the main job left in its workspace."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from .conftest import ROOT, run_with_client, serving

SCRIPT = """
jobs = list(client.jobs.list())
pipelines = [client.jobs.get(job.name) for job in jobs if job.type == "pipeline" and job.status == "Completed"]
pipeline = shown = next(job for job in pipelines if "score" in job.jobs)
children = list(client.jobs.list(parent_job_name=pipeline.name))
components = {component.name for component in client.components.list()}
prepare = client.components.get("flights_prepare", version="1")
models = {model.name for model in client.models.list()}
challenger = client.models.get("flights_challenger", label="latest")
(endpoint,) = client.online_endpoints.list()
deployments = {one.name for one in client.online_deployments.list(endpoint.name)}
keys = client.online_endpoints.get_keys(endpoint.name)
print(json.dumps({
    "jobs": len(jobs), "experiment": shown.experiment_name, "steps": sorted(shown.jobs),
    "children": sorted(child.display_name for child in children),
    "components": sorted(components), "command": prepare.command, "models": sorted(models),
    "lineage": challenger.properties, "job": challenger._job_name if hasattr(challenger, "_job_name") else "",
    "traffic": endpoint.traffic, "deployments": sorted(deployments), "key": bool(keys.primary_key),
}))
"""


def test_microsoft_s_client_lists_and_shows_the_main_job(tmp_path: Path) -> None:
    copied = tmp_path / "workspace"
    shutil.copytree(ROOT / "demo-output" / "workspace", copied)
    with serving(copied, tmp_path) as served:
        found = json.loads(run_with_client(served, SCRIPT, tmp_path).splitlines()[-1])
    assert found["jobs"] >= 4
    assert found["experiment"] == "flights"
    assert found["steps"] == ["prepare", "retrieve_features", "score", "train"]
    assert found["children"] == ["prepare", "retrieve_features", "score", "train"]
    assert {"flights_prepare", "flights_retrieve_features", "flights_train", "flights_score"} <= set(found["components"])
    assert found["command"].startswith("python prepare.py")
    assert {"flights_champion", "flights_challenger"} <= set(found["models"])
    assert any("digest" in key for key in found["lineage"])
    assert found["traffic"] == {"challenger": 100, "champion": 0, "challenger-faulty": 0} or found["traffic"] == {
        "challenger": 100
    }
    assert {"champion", "challenger"} <= set(found["deployments"])
    assert found["key"]
