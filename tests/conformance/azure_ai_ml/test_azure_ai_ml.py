"""The unmodified azure-ai-ml against `podium serve`: it lists and shows what was put there by others, and puts its own."""

from __future__ import annotations

import json
import ssl
import textwrap
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Served


def rest(served: Served, method: str, what: str, body: dict[str, Any] | None = None) -> Any:
    """Plain REST, as any other client of the workspace."""
    request = urllib.request.Request(
        f"{served.tls_url}{served.id}/{what}?api-version=2024-10-01",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer x", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=served.ca)) as answer:
        text = answer.read()
    return json.loads(text) if text else None


@pytest.fixture(scope="session")
def furnished(served: Served) -> Served:
    """One of each, registered without the client under test."""
    rest(served, "PUT", "environments/rest-env/versions/1", {"properties": {"image": "python:3.11", "description": "plain"}})
    rest(
        served,
        "PUT",
        "data/rest-data/versions/1",
        {"properties": {"dataType": "uri_folder", "dataUri": "azureml://datastores/workspaceblobstore/paths/rest/data"}},
    )
    rest(
        served,
        "PUT",
        "models/rest-model/versions/1",
        {"properties": {"modelUri": "azureml://datastores/workspaceblobstore/paths/rest/model", "tags": {"role": "champion"}}},
    )
    rest(
        served,
        "PUT",
        "components/rest_step/versions/1",
        {
            "properties": {
                "componentSpec": {
                    "type": "command",
                    "name": "rest_step",
                    "version": "1",
                    "command": "echo ${{inputs.word}}",
                    "environment": f"azureml:{served.id}/environments/rest-env/versions/1",
                    "inputs": {"word": {"type": "string", "default": "hello"}},
                }
            }
        },
    )
    rest(
        served,
        "PUT",
        "computes/cpu-cluster",
        {"properties": {"computeType": "AmlCompute", "properties": {"vmSize": "Standard_DS3_v2"}}},
    )
    rest(served, "PUT", "onlineEndpoints/rest-endpoint", {"properties": {"authMode": "Key"}, "tags": {"team": "blue"}})
    rest(
        served,
        "PUT",
        "jobs/rest_job",
        {
            "properties": {
                "jobType": "Command",
                "command": "echo made by rest",
                "environmentId": f"{served.id}/environments/rest-env/versions/1",
                "experimentName": "rest",
                "tags": {"by": "rest"},
            }
        },
    )
    return served


def test_lists_and_shows_what_is_there(furnished: Served, azure: Callable[[str], str]) -> None:
    shown = json.loads(
        azure(
            """
out = {
    "workspace": client.workspaces.get(client.workspace_name).location,
    "workspaces": [w.name for w in client.workspaces.list()],
    "tracking": client.workspaces.get(client.workspace_name).mlflow_tracking_uri,
    "jobs": [j.name for j in client.jobs.list()],
    "job": client.jobs.get("rest_job").tags,
    "models": [m.name for m in client.models.list()],
    "model": client.models.get("rest-model", "1").tags,
    "model_label": client.models.get("rest-model", label="latest").version,
    "components": [c.name for c in client.components.list()],
    "component": client.components.get("rest_step", "1").command,
    "endpoints": [e.name for e in client.online_endpoints.list()],
    "endpoint": client.online_endpoints.get("rest-endpoint").scoring_uri,
    "keys": client.online_endpoints.get_keys("rest-endpoint").primary_key,
    "deployments": list(client.online_deployments.list("rest-endpoint")),
    "environments": [e.name for e in client.environments.list()],
    "environment": client.environments.get("rest-env", "1").image,
    "data": [d.name for d in client.data.list()],
    "data_path": client.data.get("rest-data", "1").path,
    "datastores": sorted(d.name for d in client.datastores.list()),
    "default": client.datastores.get_default().name,
    "computes": [c.name for c in client.compute.list()],
}
try:
    client.models.get("none", "1")
except ResourceNotFoundError as missing:
    out["missing"] = str(missing)
print(json.dumps(out))
"""
        ).splitlines()[-1]
    )
    assert shown["workspace"] == "local"
    assert shown["workspaces"] == [furnished.workspace_name]
    assert furnished.id in shown["tracking"]
    assert "rest_job" in shown["jobs"]
    assert shown["job"] == {"by": "rest"}
    assert "rest-model" in shown["models"]
    assert shown["model"] == {"role": "champion"}
    assert shown["model_label"] == "1"
    assert "rest_step" in shown["components"]
    assert shown["component"] == "echo ${{inputs.word}}"
    assert shown["endpoints"] == ["rest-endpoint"]
    assert shown["endpoint"] == f"{furnished.tls_url}/endpoints/rest-endpoint/score"
    assert len(shown["keys"]) > 20
    assert shown["deployments"] == []
    assert "rest-env" in shown["environments"]
    assert shown["environment"] == "python:3.11"
    assert "rest-data" in shown["data"]
    assert shown["data_path"].endswith("rest/data")
    assert shown["datastores"] == [
        "workspaceartifactstore",
        "workspaceblobstore",
        "workspacefilestore",
        "workspaceworkingdirectory",
    ]
    assert shown["default"] == "workspaceblobstore"
    assert shown["computes"] == ["cpu-cluster"]
    assert "none" in shown["missing"]


def test_registers_environments_and_is_told_of_a_conflict(furnished: Served, azure: Callable[[str], str]) -> None:
    out = azure(
        """
first = client.environments.create_or_update(Environment(name="env", image="python:3.11"))
again = client.environments.create_or_update(Environment(name="env", image="python:3.11"))
changed = client.environments.create_or_update(Environment(name="env", image="python:3.12"))
try:
    client.environments.create_or_update(Environment(name="env", version="1", image="python:3.12"))
except HttpResponseError as refused:
    print("refused", type(refused).__name__)
print(first.version, again.version, changed.version)
"""
    )
    assert "refused" in out
    assert out.splitlines()[-1] == "1 1 2"


def test_uploads_data_a_model_and_a_component(furnished: Served, azure: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("x\n1\n")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "weights.txt").write_text("0.5")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "say.py").write_text("import sys\nprint('said', sys.argv[1])\n")
    (tmp_path / "component.yml").write_text(
        textwrap.dedent(
            """
            $schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
            type: command
            name: say
            version: 1
            inputs:
              word: {type: string, default: hello}
            code: ./src
            environment: azureml:rest-env:1
            command: python say.py ${{inputs.word}}
            """
        )
    )
    out = azure(
        """
data = client.data.create_or_update(Data(name="uploaded", type="uri_folder", path="data"))
print(data.version, data.path)
same = client.data.create_or_update(Data(name="uploaded2", type="uri_folder", path="data"))
model = client.models.create_or_update(Model(name="weights", path="model", type="custom_model"))
print(model.version, client.models.get("weights", model.version).path)
client.models.download("weights", model.version, download_path="fetched")
print(next(Path("fetched").rglob("weights.txt")).read_text())
component = client.components.create_or_update(load_component("component.yml"))
again = client.components.create_or_update(load_component("component.yml"))
print(component.name, component.version, again.version, component.code)
"""
    )
    lines = out.splitlines()
    assert lines[0].startswith("1 ") and "LocalUpload" in lines[0]
    assert lines[1].startswith("1 ")
    assert lines[2] == "0.5"
    assert lines[-1].startswith("say 1 1 ") and "/codes/" in lines[-1]


def test_runs_a_command_job_and_streams_it(furnished: Served, azure: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "say.py").write_text(
        "import pathlib, sys\nprint('said', sys.argv[1])\nfolder = pathlib.Path(sys.argv[2])\nfolder.mkdir(exist_ok=True)\n"
        "(folder / 'word.txt').write_text(sys.argv[1])\n"
    )
    out = azure(
        """
job = client.jobs.create_or_update(command(
    code="src", command="python say.py ${{inputs.word}} ${{outputs.out}}", environment="rest-env:1", compute="cpu-cluster",
    inputs={"word": "hello"}, outputs={"out": Output(type="uri_folder")}, experiment_name="spoken", display_name="say it"))
client.jobs.stream(job.name)
done = client.jobs.get(job.name)
print("status", getattr(done.status, "value", done.status))
client.jobs.download(job.name, download_path="down", output_name="out")
print("word", next(Path("down").rglob("word.txt")).read_text())
print("listed", job.name in [j.name for j in client.jobs.list()])
"""
    )
    assert "said hello" in out
    assert "Streaming user_logs/std_log.txt" in out
    assert "status Completed" in out
    assert "word hello" in out
    assert "listed True" in out


def test_runs_a_pipeline_of_two_steps_and_lists_them(furnished: Served, azure: Callable[[str], str], tmp_path: Path) -> None:
    (tmp_path / "make.py").write_text(
        "import pathlib, sys\np = pathlib.Path(sys.argv[1]); p.mkdir(exist_ok=True)\n(p / 'n.txt').write_text('7')\n"
    )
    (tmp_path / "use.py").write_text("import pathlib, sys\nprint('seen', (pathlib.Path(sys.argv[1]) / 'n.txt').read_text())\n")
    (tmp_path / "pipeline.yml").write_text(
        textwrap.dedent(
            """
            $schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json
            type: pipeline
            experiment_name: piped
            settings: {default_compute: azureml:cpu-cluster}
            jobs:
              make:
                type: command
                command: python make.py ${{outputs.out}}
                code: ./make.py
                environment: azureml:rest-env:1
                outputs: {out: {type: uri_folder}}
              use:
                type: command
                command: python use.py ${{inputs.data}}
                code: ./use.py
                environment: azureml:rest-env:1
                inputs: {data: "${{parent.jobs.make.outputs.out}}"}
            """
        )
    )
    out = azure(
        """
job = client.jobs.create_or_update(load_job("pipeline.yml"))
client.jobs.stream(job.name)
status = client.jobs.get(job.name).status
print("status", getattr(status, "value", status))
print("steps", sorted(child.display_name for child in client.jobs.list(parent_job_name=job.name)))
"""
    )
    assert "status Completed" in out
    assert "steps ['make', 'use']" in out


def test_changes_and_archives_a_job(furnished: Served, azure: Callable[[str], str]) -> None:
    out = azure(
        """
job = client.jobs.get("rest_job")
job.display_name = "renamed"
job.tags["more"] = "yes"
changed = client.jobs.create_or_update(job)
print(changed.display_name, sorted(changed.tags))
client.jobs.archive("rest_job")
print("rest_job" in [j.name for j in client.jobs.list()])
client.jobs.restore("rest_job")
print("rest_job" in [j.name for j in client.jobs.list()])
"""
    )
    assert out.splitlines()[-3:] == ["renamed ['by', 'more']", "False", "True"]


def test_makes_and_deletes_an_endpoint(furnished: Served, azure: Callable[[str], str]) -> None:
    out = azure(
        """
endpoint = client.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name="made-here", auth_mode="key")).result()
print(getattr(endpoint.provisioning_state, "value", endpoint.provisioning_state))
client.online_endpoints.begin_delete("made-here").result()
print([e.name for e in client.online_endpoints.list()])
"""
    )
    assert out.splitlines()[-2:] == ["Succeeded", "['rest-endpoint']"]


def test_deploys_and_invokes_and_is_told_why_a_script_did_not_start(
    furnished: Served, azure: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "factor.txt").write_text("2")
    (tmp_path / "code" / "score.py").write_text(
        textwrap.dedent(
            """
            import json, os, pathlib

            def init():
                global factor
                factor = float((pathlib.Path(os.environ["AZUREML_MODEL_DIR"]) / "model" / "factor.txt").read_text())

            def run(raw):
                return [factor * x for x in json.loads(raw)["data"]]
            """
        )
    )
    (tmp_path / "code" / "broken.py").write_text("def init():\n    raise RuntimeError('no luck')\n\ndef run(raw):\n    pass\n")
    (tmp_path / "request.json").write_text('{"data": [1, 2]}')
    out = azure(
        """
from azure.ai.ml.entities import CodeConfiguration, ManagedOnlineDeployment

def deployment(name, script):
    return ManagedOnlineDeployment(
        name=name, endpoint_name="doubling", model="doubler:1", environment="rest-env:1", instance_type="Standard_DS3_v2",
        instance_count=1, code_configuration=CodeConfiguration(code="code", scoring_script=script))

client.models.create_or_update(Model(name="doubler", path="model", type="custom_model"))
client.online_endpoints.begin_create_or_update(ManagedOnlineEndpoint(name="doubling", auth_mode="key")).result()
client.online_deployments.begin_create_or_update(deployment("blue", "score.py")).result()
endpoint = client.online_endpoints.get("doubling")
endpoint.traffic = {"blue": 100}
client.online_endpoints.begin_create_or_update(endpoint).result()
print("answer", client.online_endpoints.invoke("doubling", request_file="request.json"))
print("named", client.online_endpoints.invoke("doubling", request_file="request.json", deployment_name="blue"))
try:
    client.online_deployments.begin_create_or_update(deployment("bad", "broken.py")).result()
except HttpResponseError as failed:
    print("told", "no luck" in str(failed))
try:
    client.online_deployments.begin_delete("blue", "doubling").result()
except HttpResponseError as refused:
    print("kept", "takes traffic" in str(refused))
client.online_endpoints.begin_delete("doubling").result()
"""
    )
    assert "answer [2.0, 4.0]" in out
    assert "named [2.0, 4.0]" in out
    assert "told True" in out
    assert "kept True" in out
