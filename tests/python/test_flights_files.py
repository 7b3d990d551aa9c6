"""The files of the flights pipeline are what Azure ML itself would take, and what we take."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from flights_code import PIPELINE

COMPONENTS = ["prepare", "retrieve_features", "train", "score"]


@pytest.fixture(autouse=True)
def quiet() -> None:
    """Upstream logs a line for each class that it calls experimental."""
    logging.getLogger("azure.ai.ml").setLevel(logging.ERROR)


@pytest.mark.peer
@pytest.mark.parametrize("name", COMPONENTS)
def test_azure_accepts_the_component(name: str) -> None:
    from azure.ai.ml import load_component

    component = load_component(PIPELINE / f"{name}.yml")
    assert component.name == f"flights_{name}"
    assert component._validate().error_messages == {}


@pytest.mark.peer
@pytest.mark.parametrize("name", ["pipeline", "leak"])
def test_azure_accepts_the_pipeline(name: str) -> None:
    from azure.ai.ml import load_job

    job = load_job(PIPELINE / f"{name}.yml")
    assert job._validate().error_messages == {}
    assert job._to_rest_object().properties.jobs


@pytest.mark.peer
@pytest.mark.parametrize("name", ["champion", "challenger", "challenger-faulty"])
def test_azure_accepts_the_deployment(name: str) -> None:
    from azure.ai.ml import load_environment, load_online_deployment, load_online_endpoint

    endpoint = load_online_endpoint(PIPELINE / "endpoint.yml")
    deployment = load_online_deployment(PIPELINE / f"deployment-{name}.yml")
    assert (deployment.name, deployment.endpoint_name) == (name, endpoint.name)
    assert load_environment(PIPELINE / "environment.yml").name == "flights"


def test_the_sources_are_where_prepare_writes_them() -> None:
    import yaml

    prepare = yaml.safe_load((PIPELINE / "pipeline.yml").read_text())["jobs"]["prepare"]
    folder = prepare["outputs"]["sources"]["path"]
    specs = sorted((PIPELINE / "featuresets").glob("*/FeatureSetSpec.yaml"))
    assert len(specs) == 4
    for spec in specs:
        source = yaml.safe_load(spec.read_text())["source"]
        assert source["path"] == f"{folder}/{spec.parent.name}.parquet"
        assert Path(source["path"]).suffix == f".{source['type']}"


@pytest.mark.parametrize(
    "file",
    [*(f"{name}.yml" for name in COMPONENTS), "pipeline.yml", "leak.yml", "policy.yaml", "endpoint.yml", "environment.yml"],
)
def test_podium_accepts_the_file(file: str, podium) -> None:  # type: ignore[no-untyped-def]
    checked = podium("validate", PIPELINE / file)
    assert (checked.code, checked.out) == (0, ""), checked.err
