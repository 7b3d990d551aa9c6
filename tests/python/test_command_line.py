"""The command line as scripts use it: results on stdout, trouble on stderr, exit codes of the contract."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest
from conftest import PODIUM, ROOT


def test_version_is_the_package_s(podium) -> None:
    import podium as package

    ran = podium("--version")
    assert ran.code == 0
    assert ran.out.strip() == f"podium {package.__version__}"


def test_no_command_is_a_usage_error(podium) -> None:
    assert podium().code == 2
    assert podium("nonsense").code == 2


def test_python_dash_m_starts_the_same_program(podium) -> None:
    import sys

    done = subprocess.run([sys.executable, "-m", "podium", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == podium("--version").out


def test_run_follows_the_steps_and_prints_a_table(podium, hello: Path) -> None:
    ran = podium("run", hello, "--workspace", "ws")
    assert ran.code == 0, ran.err
    assert "made 3" in ran.err
    assert "counted 3" in ran.err
    assert [line.split()[0] for line in ran.out.splitlines()] == ["STEP", "make", "count", "hello"]
    assert all(len(line) <= 130 for line in ran.out.splitlines())


def test_the_second_run_reuses_every_step_and_says_why(podium, hello: Path) -> None:
    assert podium("run", hello, "--workspace", "ws").code == 0
    again = podium("run", hello, "--workspace", "ws", "--output", "json")
    assert again.code == 0, again.err
    job = json.loads(again.out)
    assert [step["reused"] for step in job["steps"]] == [True, True]
    assert all("same component" in step["reuse"] for step in job["steps"])


def test_a_changed_input_is_named_as_the_reason_for_running_again(podium, hello: Path) -> None:
    assert podium("run", hello, "--workspace", "ws").code == 0
    changed = podium("run", hello, "--workspace", "ws", "--set", "inputs.times=4", "--output", "json")
    assert changed.code == 0, changed.err
    make = next(step for step in json.loads(changed.out)["steps"] if step["display_name"] == "make")
    assert make["reused"] is False
    assert "times" in make["reuse"]
    assert "3" in make["reuse"] and "4" in make["reuse"]


def test_the_workspace_comes_from_the_option_then_the_environment_then_the_folder(podium, hello: Path, tmp_path: Path) -> None:
    assert podium("run", hello, PODIUM_WORKSPACE=str(tmp_path / "named")).code == 0
    assert (tmp_path / "named" / "workspace.db").exists()
    assert podium("run", hello).code == 0
    assert (tmp_path / ".podium" / "workspace.db").exists()


def test_a_step_that_fails_ends_in_one_error_with_its_name_and_words(podium, hello: Path) -> None:
    ran = podium("run", hello, "--workspace", "ws", "--set", "inputs.times=100")
    assert ran.code == 1
    last = ran.err.strip().splitlines()[-1]
    assert "count" in last
    assert "too many words" in ran.err
    # Nothing is lost: the workspace still opens, and a good run works.
    assert podium("run", hello, "--workspace", "ws").code == 0


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("type: pipeline", "type: pipeline\n  bad: [", "pipeline.yml:"),
        ("display_name: hello", "display_nme: hello", "display_nme"),
        ("jobs.make.outputs.words", "jobs.mkae.outputs.words", "mkae"),
        ("code: ./src", "code: ./gone", "gone"),
    ],
)
def test_wrong_yaml_ends_in_one_error_with_its_place(podium, hello: Path, old: str, new: str, words: str) -> None:
    hello.write_text(hello.read_text().replace(old, new))
    ran = podium("run", hello, "--workspace", "ws")
    assert ran.code == 2
    assert words in ran.err
    assert ":" in ran.err
    checked = podium("validate", hello)
    assert checked.code == 1
    assert words in checked.out


def test_a_missing_file_cannot_be_validated_or_run(podium) -> None:
    assert podium("validate", "nowhere.yml").code == 2
    ran = podium("run", "nowhere.yml")
    assert ran.code in (1, 2)
    assert "nowhere.yml" in ran.err


def test_the_second_process_on_a_workspace_is_told_who_has_it(podium, hello: Path, serve, tmp_path: Path) -> None:
    server = serve(tmp_path / "ws")
    ran = podium("run", hello, "--workspace", tmp_path / "ws")
    assert ran.code == 3
    assert str(server.process.pid) in ran.err
    assert "podium serve" in ran.err


def test_interrupting_a_run_cancels_it(podium, hello: Path, tmp_path: Path) -> None:
    (tmp_path / "src" / "make.py").write_text("import time; print('sleeping', flush=True); time.sleep(600)\n")
    process = subprocess.Popen(
        [str(PODIUM), "run", str(hello), "--workspace", "ws"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "sleeping" in line:
            break
    start = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - start < 60
    (tmp_path / "src" / "make.py").write_text("import sys, pathlib; (pathlib.Path(sys.argv[2]) / 'words.txt').write_text('a')\n")
    assert podium("run", hello, "--workspace", "ws").code == 0


def test_validate_prints_json_for_machines(podium) -> None:
    ran = podium("validate", "--output", "json", ROOT / "pipelines/flights/pipeline.yml", ROOT / "pipelines/flights/policy.yaml")
    assert ran.code == 0, ran.out
    assert json.loads(ran.out) == {"files": 2, "diagnostics": []}


def test_every_flights_file_is_clean(podium) -> None:
    files = [path for path in sorted((ROOT / "pipelines/flights").rglob("*.y*ml")) if "conda" not in path.name]
    assert len(files) >= 12
    ran = podium("validate", *files)
    assert ran.code == 0, ran.out


def test_a_policy_with_a_typo_is_a_policy_error(podium, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text((ROOT / "pipelines/flights/policy.yaml").read_text().replace("margin: 0.005", "margn: 0.005"))
    ran = podium("gate", "evaluate", "--policy", policy, "--predictions", f"september={tmp_path / 'none.csv'}")
    assert ran.code == 2
    assert "margn" in ran.err
