"""The GitHub Action, run by a small runner: environment files in a temporary folder, the steps of action.yml in order."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PODIUM = Path(sys.executable).with_name("podium")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
LIMIT = 1024 * 1024

POLICY = """\
apiVersion: podium/v1
kind: PromotionPolicy
metadata: {name: shop}
data:
  evaluation_sets:
    - id: holdout
      columns: {unit: id, label: y}
metrics:
  success: {rule: any, items: [gain]}
  items:
    - {id: gain, metric: mse, role: success}
    - {id: guard, metric: mae, role: guardrail, margin: MARGIN}
subject: {task: regression}
"""


@dataclass
class Ran:
    code: int
    log: str
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    annotations: list[str] = field(default_factory=list)


def read_outputs(file: Path) -> dict[str, str]:
    outputs: dict[str, str] = {}
    lines = iter(file.read_text().splitlines())
    for line in lines:
        if match := re.fullmatch(r"([\w-]+)<<(.+)", line):
            value = []
            for inner in lines:
                if inner == match[2]:
                    break
                value.append(inner)
            outputs[match[1]] = "\n".join(value)
        else:
            name, _, text = line.partition("=")
            outputs[name] = text
    return outputs


class Runner:
    """What a hosted runner does with a composite action, as far as this one needs it."""

    def __init__(self, folder: Path) -> None:
        self.work = folder / "work"
        self.work.mkdir()
        self.temp = folder / "temp"
        self.temp.mkdir()

    def run(self, inputs: dict[str, str], **environment: str) -> Ran:
        values = {name: str(spec.get("default", "")) for name, spec in ACTION["inputs"].items()} | inputs
        for name, spec in ACTION["inputs"].items():
            assert values[name] or not spec["required"], name
        steps: dict[str, dict[str, str]] = {}
        ran = Ran(0, "")

        def fill(text: str) -> str:
            text = re.sub(r"\$\{\{ inputs\.([\w-]+) \}\}", lambda found: values[found[1]], text)
            return re.sub(
                r"\$\{\{ steps\.([\w-]+)\.outputs\.([\w-]+) \}\}",
                lambda found: steps.get(found[1], {}).get(found[2], ""),
                text,
            )

        for number, step in enumerate(ACTION["runs"]["steps"]):
            assert "${{" not in step["run"], "inputs come in by the environment alone: a script could be injected"
            assert step["shell"] == "bash"
            output, summary = self.temp / f"output-{number}", self.temp / f"summary-{number}"
            output.touch()
            summary.touch()
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.work / fill(step.get("working-directory", ".")),
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(self.temp),
                    "GITHUB_ACTION_PATH": str(ROOT),
                    "GITHUB_OUTPUT": str(output),
                    "GITHUB_STEP_SUMMARY": str(summary),
                    "RUNNER_TEMP": str(self.temp),
                    **{name: fill(text) for name, text in step.get("env", {}).items()},
                    **environment,
                },
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
            steps[step["id"]] = read_outputs(output)
            ran.log += done.stdout + done.stderr
            ran.summary += summary.read_text()
            assert summary.stat().st_size <= LIMIT
            if done.returncode != 0:
                ran.code = done.returncode
                break
        ran.outputs = {name: fill(spec["value"]) for name, spec in ACTION["outputs"].items()}
        ran.annotations = [line for line in ran.log.splitlines() if re.match(r"::(error|warning|notice) ", line)]
        return ran


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def prepare(runner: Runner, *, error: float = 0.3, margin: str = "0.05", rows: int = 200, more: str = "") -> dict[str, str]:
    """Rows whose challenger is off by `error` where the champion is off by 0.5, more or less."""
    lines = ["id,y,champion,challenger,part"]
    for i in range(rows):
        sway = ((i * 37) % 101) / 101 - 0.5
        lines.append(f"u{i},{i % 7},{i % 7 + 0.5 + 0.4 * sway},{i % 7 + error - 0.2 * sway},p{i % 40}")
    (runner.work / "holdout.csv").write_text("\n".join(lines) + "\n")
    (runner.work / "policy.yaml").write_text(POLICY.replace("MARGIN", margin) + more)
    return {"policy": "policy.yaml", "predictions": "holdout=holdout.csv", "binary": str(PODIUM), "package": ""}


def test_a_promotion_succeeds_with_outputs_and_a_summary(runner: Runner) -> None:
    ran = runner.run(prepare(runner))
    assert ran.code == 0, ran.log
    assert ran.outputs["verdict"] == "promote"
    assert ran.outputs["exit-code"] == "0"
    assert ran.outputs["reasons"].split()[0] == "BENEFIT:gain"
    assert re.fullmatch(r"[0-9a-f]{64}", ran.outputs["decision-digest"])
    assert json.loads((runner.work / ran.outputs["decision"]).read_text())["digest"] == ran.outputs["decision-digest"]
    for name in ("report", "junit"):
        assert (runner.work / ran.outputs[name]).exists()
    assert "promote" in ran.summary
    assert ran.annotations == []
    assert "::add-matcher::" in ran.log


def test_a_hold_is_neutral_or_a_failure_as_asked(runner: Runner) -> None:
    inputs = prepare(runner, rows=12, error=0.48)
    held = runner.run(inputs)
    assert held.outputs["verdict"] == "hold", held.log
    assert held.code == 0
    assert held.outputs["hold"] == "inconclusive"
    assert any(line.startswith("::warning ") for line in held.annotations)
    failed = runner.run({**inputs, "hold-is": "failure"})
    assert (failed.code, failed.outputs["verdict"]) == (1, "hold")
    wrong = runner.run({**inputs, "hold-is": "success"})
    assert wrong.code == 2
    assert wrong.outputs["verdict"] == ""


def test_a_rejection_fails_and_points_at_the_line_of_the_policy(runner: Runner) -> None:
    ran = runner.run(prepare(runner, error=2))
    assert (ran.code, ran.outputs["verdict"], ran.outputs["exit-code"]) == (1, "reject", "20")
    first = ran.annotations[0]
    assert first.startswith("::error title=gate%3A ")
    line = (runner.work / "policy.yaml").read_text().splitlines().index(
        "    - {id: guard, metric: mae, role: guardrail, margin: 0.05}"
    ) + 1
    assert any(f"file=policy.yaml,line={line}::" in one for one in ran.annotations)


def test_trouble_fails_with_the_error_itself_and_no_verdict(runner: Runner) -> None:
    inputs = prepare(runner)
    missing = runner.run({**inputs, "predictions": "holdout=none.csv"})
    assert missing.code == 1
    assert missing.outputs["verdict"] == ""
    assert "none.csv" in missing.annotations[0]
    assert "nothing was judged" in missing.summary
    assert runner.run({**inputs, "policy": "none.yaml"}).code != 0
    assert runner.run({**inputs, "binary": "nowhere"}).code == 1


def test_at_most_ten_annotations_worst_first_and_the_rest_is_counted(runner: Runner) -> None:
    slices = "slices:\n  - {by: [part], metric: mae, role: guardrail, margin: 0.01, min_units: 500}\n"
    ran = runner.run(prepare(runner, error=2, more=slices))
    assert len(ran.annotations) == 10
    levels = [line.split()[0] for line in ran.annotations]
    rank = {"::error": 0, "::warning": 1, "::notice": 2}
    assert levels == sorted(levels, key=rank.__getitem__)
    assert levels[0] == "::error"
    assert re.search(r"3\d more in the report", ran.annotations[-1])


def test_a_summary_beyond_the_limit_is_cut_at_a_line_and_says_so(runner: Runner, tmp_path: Path) -> None:
    fake = tmp_path / "podium"
    fake.write_text(
        "#!/usr/bin/env python3\n"
        "import json, pathlib, sys\n"
        "if '--version' in sys.argv: sys.exit(print('podium 0'))\n"
        "out = pathlib.Path(sys.argv[sys.argv.index('--out') + 1]); out.mkdir(parents=True, exist_ok=True)\n"
        "(out / 'summary.md').write_text('| caf\\u00e9 |\\n' * 200000)\n"
        "checks = [dict(id=f'c%,:{i}\\n', role='guardrail', outcome='fail', estimate=1, interval=[0, None], margin=0,"
        " resolve='100%\\nsure') for i in range(5000)]\n"
        "print(json.dumps(dict(verdict='reject', reasons=[dict(code='A B', message='x')], checks=checks, digest='d',"
        " policy=dict(digest='p'), evidence_digest='e')))\n"
        "sys.exit(20)\n"
    )
    fake.chmod(0o755)
    ran = runner.run({**prepare(runner), "binary": str(fake)})
    assert ran.code == 1
    assert len(ran.summary.encode()) <= LIMIT
    assert ran.summary.rstrip().endswith("the whole of it is in the report.")
    assert ran.summary.splitlines()[-4] in {"| caf\u00e9 |", ""}
    assert len(ran.annotations) == 10
    assert ran.annotations[0].startswith("::error title=gate%3A c%25%2C%3A0%0A,file=policy.yaml::")
    assert "100%25%0Asure" in ran.annotations[0]
    assert ran.outputs["reasons"] == "A_B"


def test_numbers_of_a_budgeted_set_stay_out_of_annotations_and_outputs(runner: Runner) -> None:
    inputs = prepare(runner, rows=30, error=0.48, margin="0.001")
    policy = runner.work / "policy.yaml"
    policy.write_text(policy.read_text().replace("label: y}", "label: y}\n      reuse: {max_evaluations: 3}"))
    ran = runner.run(inputs)
    assert ran.outputs["verdict"] == "hold", ran.log
    assert ran.annotations
    assert not any(re.search(r"\d\.\d", line) for line in ran.annotations)
    assert ">" not in ran.outputs["reasons"]


def test_a_pull_request_is_judged_by_the_policy_of_its_base(runner: Runner, tmp_path: Path) -> None:
    inputs = prepare(runner, error=2)

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@t", *words],
            cwd=runner.work, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.strip()

    git("init", "--quiet", "--initial-branch=main")
    git("add", "policy.yaml")
    git("commit", "--quiet", "-m", "policy")
    base = git("rev-parse", "HEAD")
    prepare(runner, error=2, margin="100")
    weak = (runner.work / "policy.yaml").read_text().replace("role: success", "role: report").replace("[gain]", "[]")
    (runner.work / "policy.yaml").write_text(weak.replace("rule: any, items: []", "rule: none"))
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"base": {"sha": base}}}))
    request = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": str(event)}
    assert runner.run(inputs).outputs["verdict"] == "promote"  # a push: its own policy
    assert runner.run(inputs, **request).outputs["verdict"] == "reject"
    assert runner.run({**inputs, "policy-from": "head"}, **request).outputs["verdict"] == "promote"
    shutil.copy(runner.work / "policy.yaml", runner.work / "new.yaml")
    new = runner.run({**inputs, "policy": "new.yaml"}, **request)
    assert new.outputs["verdict"] == "promote"
    assert any("is new in this request" in line for line in new.annotations)
    # A branch cut before the policy became strict is judged by the strict one all the same.
    git("checkout", "--quiet", "--orphan", "older")
    git("commit", "--quiet", "-am", "a weak policy")
    old = git("rev-parse", "HEAD")
    git("checkout", "--quiet", "-b", "stricter")
    git("checkout", "--quiet", base, "--", "policy.yaml")
    git("commit", "--quiet", "-m", "a strict one")
    event.write_text(json.dumps({"pull_request": {"base": {"sha": git("rev-parse", "HEAD")}}}))
    git("checkout", "--quiet", old)
    assert runner.run(inputs).outputs["verdict"] == "promote"
    assert runner.run(inputs, **request).outputs["verdict"] == "reject"
    event.write_text(json.dumps({"pull_request": {"base": {"sha": "0" * 40}}}))
    lost = runner.run(inputs, **request)
    assert lost.code == 1
    assert "fetch-depth: 0" in lost.annotations[0]


def test_the_action_needs_no_token_and_says_what_its_inputs_and_outputs_are() -> None:
    text = (ROOT / "action.yml").read_text()
    assert "github.token" not in text and "secrets." not in text
    assert ACTION["runs"]["using"] == "composite"
    for group in ("inputs", "outputs"):
        for name, spec in ACTION[group].items():
            assert spec["description"].endswith("."), name


def test_the_problem_matcher_reads_what_validate_prints(runner: Runner) -> None:
    matcher = json.loads((ROOT / "action" / "problem-matcher.json").read_text())["problemMatcher"][0]["pattern"]
    (runner.work / "policy.yaml").write_text(POLICY.replace("margin: MARGIN", "margn: 1"))
    shown = subprocess.run(
        [str(PODIUM), "validate", "policy.yaml"], cwd=runner.work, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    first = next(i for i, line in enumerate(shown) if re.match(matcher[0]["regexp"], line))
    found = re.match(matcher[0]["regexp"], shown[first])
    place = re.match(matcher[1]["regexp"], shown[first + 1])
    assert found and found[2] == "PD1010"
    assert place and place[1] == "policy.yaml" and int(place[2]) == 12


def workflows() -> list[Path]:
    return sorted([*(ROOT / "samples" / "workflows").glob("*.yml"), *(ROOT / ".github" / "workflows").glob("*.yml")])


def actionlint() -> str | None:
    built = ROOT / "build" / "tools" / "actionlint"
    return str(built) if built.exists() else shutil.which("actionlint")


@pytest.mark.skipif(actionlint() is None, reason="actionlint is not installed (requirements/go.txt)")
@pytest.mark.parametrize("workflow", workflows(), ids=lambda path: path.name)
def test_workflows_pass_actionlint(workflow: Path, tmp_path: Path) -> None:
    # A repository of its own, so that `uses: ./` finds the action.
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    shutil.copy(workflow, tmp_path / ".github" / "workflows" / workflow.name)
    shutil.copy(ROOT / "action.yml", tmp_path)
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    done = subprocess.run(
        [str(actionlint()), "-no-color", "-shellcheck=", "-pyflakes="], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("template", ["azure-devops/podium-gate.yml", "gitlab/podium-gate.yml"])
def test_templates_for_other_systems_run_the_same_command(template: str) -> None:
    text = (ROOT / "templates" / template).read_text()
    assert yaml.safe_load(text)
    assert "gate evaluate" in text
    for code in ("10|11|12", "20)"):
        assert code in text
