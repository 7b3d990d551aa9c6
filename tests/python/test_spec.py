"""`podium validate|explain|schema|compile` and their twins in Python."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import podium
import pytest
import yaml

PODIUM = str(Path(sys.executable).with_name("podium"))
ROOT = Path(__file__).resolve().parents[2]
PIPELINE = ROOT / "pipelines" / "flights" / "pipeline.yml"
SCHEMA = "https://azuremlschemas.azureedge.net/latest"

COMPONENT = f"""\
# trains
$schema: {SCHEMA}/commandComponent.schema.json
name: train
type: command
command: echo ${{{{inputs.lr}}}}   # runs
environmnt: azureml:sklearn:1
inputs:
  lr: {{type: number}}
"""


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PODIUM, *map(str, arguments)], capture_output=True, text=True, check=False, cwd=cwd)


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    file = tmp_path / "train.yml"
    file.write_text(COMPONENT)
    return file


def test_a_path_and_its_text_give_the_findings_of_the_command_line(wrong: Path) -> None:
    shown = json.loads(run("validate", "--output", "json", wrong).stdout)
    assert shown["files"] == 1
    from_path = podium.validate(wrong)
    from_text = podium.validate(COMPONENT)
    assert list(from_path) == shown["diagnostics"]
    assert not from_path.ok
    assert [one["code"] for one in from_text] == [one["code"] for one in from_path]
    assert [one["start"] for one in from_text] == [one["start"] for one in from_path]
    assert "PD1010" in from_path._repr_html_()


def test_an_unknown_kind_and_a_missing_file_raise(tmp_path: Path) -> None:
    with pytest.raises(podium.InvalidArgumentError, match="no kind `nothing`"):
        podium.validate("a: 1\n", "nothing")
    with pytest.raises(podium.NotFoundError, match=r"absent\.yml"):
        podium.validate(tmp_path / "absent.yml")


def test_exit_codes_tell_clean_wrong_and_impossible(wrong: Path, tmp_path: Path) -> None:
    assert run("validate", PIPELINE).returncode == 0
    assert run("validate", wrong).returncode == 1
    assert run("validate", tmp_path / "absent.yml").returncode == 2
    assert run("validate", "--set", "nonsense", wrong).returncode == 2


def test_sarif_and_junit_are_what_their_readers_expect(wrong: Path) -> None:
    sarif = json.loads(run("validate", "--output", "sarif", wrong).stdout)
    result = sarif["runs"][0]["results"][0]
    assert sarif["version"] == "2.1.0"
    assert sarif["runs"][0]["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    junit = ElementTree.fromstring(run("validate", "--output", "junit", wrong).stdout)
    assert junit.get("tests") == "1"
    assert junit.get("failures") == "1"


def test_fixes_keep_comments_and_formatting(wrong: Path) -> None:
    fixed = run("validate", "--unsafe-fixes", wrong)
    assert fixed.returncode == 0, fixed.stdout
    assert wrong.read_text() == COMPONENT.replace("environmnt", "environment")


def test_the_words_of_the_official_client_are_kept_on_request(wrong: Path) -> None:
    plain = json.loads(run("validate", "--output", "json", wrong).stdout)["diagnostics"]
    compat = json.loads(run("validate", "--compat", "--output", "json", wrong).stdout)["diagnostics"]
    assert "official" not in plain[0]
    assert {one.get("official") for one in compat} & {"Unknown field.", "Missing data for required field."}


def test_a_diagnostic_is_explained() -> None:
    page = run("explain", "pd1010")
    assert page.returncode == 0
    assert page.stdout.startswith("# PD1010: ")
    assert podium.spec.explain("PD1010") + "\n" == page.stdout or podium.spec.explain("PD1010") == page.stdout
    assert run("explain", "PD9999").returncode == 2
    assert "PD1010" in run("explain").stdout


def test_every_schema_passes_the_meta_schema_and_takes_the_flights(tmp_path: Path) -> None:
    assert run("schema", "--out", tmp_path).returncode == 0
    for kind in podium.spec.kinds():
        schema = podium.spec.json_schema(kind)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert json.loads((tmp_path / f"{kind}.schema.json").read_text()) == schema
    for file in sorted((ROOT / "pipelines" / "flights").rglob("*.yml")):
        found = podium.validate(file)
        kind = next((k for k in ("pipelineJob", "commandComponent") if k.lower() in file.read_text().lower()), None)
        if kind and found.ok:
            jsonschema.Draft202012Validator(podium.spec.json_schema(kind)).validate(yaml.safe_load(file.read_text()))


def test_compile_gives_the_same_requests_from_both_faces(tmp_path: Path) -> None:
    file = tmp_path / "data.yml"
    file.write_text(f"$schema: {SCHEMA}/data.schema.json\nname: a\nversion: 3\npath: azureml://datastores/d/paths/x/\n")
    shown = run("compile", file)
    assert shown.returncode == 0, shown.stderr
    requests = json.loads(shown.stdout)
    assert requests == podium.spec.compile(file)
    assert requests[-1]["method"] == "PUT"
    assert requests[-1]["path"].endswith("/workspaces/ws/data/a/versions/3")
    moved = podium.spec.compile(file, workspace="other", resource_group="group")
    assert "/resourceGroups/group/" in moved[-1]["path"]
    assert moved[-1]["path"].endswith("/workspaces/other/data/a/versions/3")


def test_compile_refuses_a_file_with_errors(wrong: Path) -> None:
    shown = run("compile", wrong)
    assert shown.returncode == 1
    assert shown.stdout == ""
    assert "PD1010" in shown.stderr or "PD1013" in shown.stderr
    with pytest.raises(podium.InvalidArgumentError, match=r"train.yml:\d+:\d+"):
        podium.spec.compile(wrong)


def test_pre_commit_leaves_other_yaml_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.yml"
    other.write_text("unrelated: {key: 1}\n")
    assert run("validate", other).returncode == 1
    assert run("validate", "--skip-unknown", other).returncode == 0
