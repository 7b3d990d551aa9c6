"""The JSON Schemas against the meta-schema, and against the validator on the corpus."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import podium
import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
from agreement import CORPUS, Record, files

# The corpus names the client's loader; ours are finer.
KINDS = {
    "batch_deployment": ["batchDeployment", "modelBatchDeployment", "pipelineBatchDeployment"],
    "batch_endpoint": ["batchEndpoint"],
    "component": [kind for kind in podium.spec.kinds() if kind.endswith("Component")] + ["flow"],
    "data": ["data", "dataImport"],
    "feature_set": ["featureSet"],
    "feature_store": ["featureStore"],
    "feature_store_entity": ["featureStoreEntity"],
    "job": [kind for kind in podium.spec.kinds() if kind.endswith("Job")],
    "model_package": ["modelPackage"],
    "online_deployment": ["onlineDeployment", "kubernetesOnlineDeployment"],
    "online_endpoint": ["onlineEndpoint", "kubernetesOnlineEndpoint"],
    "serverless_endpoint": ["serverlessEndpoint"],
}


def document(record: Record) -> Any:
    """The file as JSON has it: dates as text."""
    return json.loads(json.dumps(yaml.safe_load(record.file.read_text(encoding="utf-8-sig")), default=str))


def test_check_jsonschema_finds_nothing_wrong_in_the_schemas(tmp_path: Path) -> None:
    for kind in podium.spec.kinds():
        (tmp_path / f"{kind}.json").write_text(json.dumps(podium.spec.json_schema(kind)))
    command = [sys.executable, "-m", "check_jsonschema", "--check-metaschema", *map(str, sorted(tmp_path.iterdir()))]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


@pytest.mark.skipif(not CORPUS.exists(), reason=f"needs the corpus at {CORPUS.name}, beside the checkout")
def test_no_schema_refuses_a_file_that_the_validator_accepts() -> None:
    schemas = {kind: jsonschema.Draft202012Validator(podium.spec.json_schema(kind)) for kind in podium.spec.kinds()}
    refused = []
    for record in files():
        if record.supplied or not podium.validate(record.file).ok:
            continue
        kinds = KINDS.get(record.kind, [record.kind])
        if not any(schemas[kind].is_valid(document(record)) for kind in kinds):
            refused.append(record.name)
    assert refused == []
