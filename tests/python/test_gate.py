"""The gate from Python and from the command line: the same bytes, evidence as files, exit codes."""

from __future__ import annotations

import datetime
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet
import pytest
from conftest import ROOT, Ran
from podium import ConflictError, gate

POLICY = """\
apiVersion: podium/v1
kind: PromotionPolicy
metadata: {name: shop}
subject: {task: binary_classification}
data:
  evaluation_sets:
    - id: holdout
      columns: {unit: id, cluster: day, label: y}
      min_units: 500
      leakage: {train_unit_overlap_max: 0}
metrics:
  success: {rule: any, items: [gain]}
  items:
    - {id: gain, metric: roc_auc, role: success}
    - {id: logloss, metric: log_loss, role: guardrail, margin: 0.02, clip: 1.0e-7}
    - {id: f1, metric: f1, role: guardrail, margin: 0.5}
slices:
  - {by: [region], metric: log_loss, role: guardrail, margin: 0.2, min_units: 50, required: [EU, US]}
"""


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def table(gain: float = 1.2, rows: int = 3000, seed: int = 3) -> pa.Table:
    random = np.random.default_rng(seed)
    known, extra = random.normal(size=rows), random.normal(size=rows)
    label = random.random(rows) < sigmoid(-1 + 0.8 * known + 1.2 * extra)
    return pa.table(
        {
            "id": [f"u{i}" for i in range(rows)],
            "day": [f"d{i % 40}" for i in range(rows)],
            "y": label.astype(int),
            "region": ["EU" if i % 3 else "US" for i in range(rows)],
            "champion": sigmoid(-0.9 + 0.7 * known),
            "challenger": sigmoid(-1 + 0.8 * known + gain * extra),
        }
    )


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY)
    return file


def write(data: pa.Table, file: Path) -> Path:
    match file.suffix:
        case ".parquet":
            pa.parquet.write_table(data, file)
        case ".csv":
            pa.csv.write_csv(data, file)
        case ".arrow":
            with pa.ipc.new_file(file, data.schema) as writer:
                writer.write_table(data)
        case ".jsonl":
            file.write_text("".join(json.dumps(row) + "\n" for row in data.to_pylist()))
    return file


def test_python_and_the_command_line_write_the_same_bytes_on_any_number_of_threads(
    podium: Callable[..., Ran], policy: Path, tmp_path: Path
) -> None:
    file = write(table(), tmp_path / "holdout.parquet")
    (tmp_path / "seen.txt").write_text("t1\nt2\n")
    words = ("gate", "evaluate", "--policy", policy, "--predictions", f"holdout={file}", "--train-units", "seen.txt")
    ran = {threads: podium(*words, "--output", "json", "--threads", threads) for threads in (1, 2, 16)}
    assert ran[1].code == 0, ran[1].err + ran[1].out
    assert "BCa bootstrap" in ran[1].out
    assert ran[1].out == ran[2].out == ran[16].out

    evidence = gate.collect(policy, {"holdout": table()}, train_units=["t1", "t2"])
    for threads in (1, 2, 16):
        assert gate.evaluate(policy, evidence, threads=threads).to_json() + "\n" == ran[1].out


@pytest.mark.parametrize("suffix", [".parquet", ".csv", ".arrow", ".jsonl"])
def test_a_bundle_of_any_format_gives_the_decision_of_its_rows(
    podium: Callable[..., Ran], policy: Path, tmp_path: Path, suffix: str
) -> None:
    file = write(table(), tmp_path / f"holdout{suffix}")
    write(table().slice(0, 0).append_column("x", pa.array([], pa.int64())), tmp_path / "none.parquet")
    (tmp_path / "seen.txt").write_text("t1\n")
    collected = podium("gate", "collect", "--predictions", f"holdout={file}", "--train-units", "seen.txt", "--out", "bundle")
    assert collected.code == 0, collected.err
    assert collected.out == "bundle\n"
    judged = podium("gate", "evaluate", "--policy", policy, "--evidence", "bundle", "--output", "json", "--out", "gate")
    assert judged.code == 0, judged.err + judged.out
    direct = gate.evaluate(policy, gate.collect(policy, {"holdout": table()}, train_units=["t1"]))
    assert judged.out == direct.to_json() + "\n"
    assert sorted(path.name for path in (tmp_path / "gate").iterdir()) == [
        "decision.json",
        "junit.xml",
        "report.html",
        "summary.md",
    ]
    assert (tmp_path / "gate" / "decision.json").read_text() == judged.out
    verified = podium("gate", "verify", "--policy", policy, "--evidence", "bundle", "--decision", "gate/decision.json")
    assert verified.code == 0
    assert verified.out == f"reproduced: {direct.digest}\n"


def test_a_bundle_that_was_touched_holds_and_is_not_reproduced(podium: Callable[..., Ran], policy: Path, tmp_path: Path) -> None:
    file = write(table(), tmp_path / "holdout.csv")
    (tmp_path / "seen.txt").write_text("t1\n")
    words = ("--predictions", f"holdout={file}", "--train-units", "seen.txt")
    assert podium("gate", "collect", *words, "--out", "bundle").code == 0
    judged = podium("gate", "evaluate", "--policy", policy, "--evidence", "bundle", "--output", "json", "--out", "gate")
    part = tmp_path / "bundle" / "predictions" / "holdout.csv"
    text = part.read_text()
    assert '"u7"' in text
    part.write_text(text.replace('"u7"', '"u7000000"', 1))
    held = podium("gate", "evaluate", "--policy", policy, "--evidence", "bundle", "--output", "json")
    assert held.code == 11
    assert [reason["code"] for reason in json.loads(held.out)["reasons"]] == ["DIGEST_MISMATCH:predictions/holdout.csv"]
    again = podium("gate", "verify", "--policy", policy, "--evidence", "bundle", "--decision", "gate/decision.json")
    assert again.code == 1
    assert "not reproduced: the evidence is another one" in again.out
    part.unlink()
    assert podium("gate", "evaluate", "--policy", policy, "--evidence", "bundle").code == 11
    part.write_text(text)
    assert podium("gate", "verify", "--policy", policy, "--evidence", "bundle", "--decision", "gate/decision.json").code == 0
    forged = tmp_path / "gate" / "decision.json"
    forged.write_text(judged.out.replace('"verdict":"promote"', '"verdict":"reject"'))
    assert (
        "the recorded decision was changed"
        in podium("gate", "verify", "--policy", policy, "--evidence", "bundle", "--decision", forged).out
    )


def test_a_tar_file_is_a_bundle_too_and_a_hostile_one_is_refused(
    podium: Callable[..., Ran], policy: Path, tmp_path: Path
) -> None:
    file = write(table(), tmp_path / "holdout.csv")
    (tmp_path / "seen.txt").write_text("t1\n")
    words = ("--predictions", f"holdout={file}", "--train-units", "seen.txt")
    assert podium("gate", "collect", *words, "--out", "evidence.tar").code == 0
    with tarfile.open(tmp_path / "evidence.tar") as tar:
        assert tar.getnames() == ["manifest.json", "predictions/holdout.csv", "train_units.txt"]
        tar.extractall(tmp_path / "unpacked")
    judged = podium("gate", "evaluate", "--policy", policy, "--evidence", "evidence.tar", "--output", "json")
    assert judged.code == 0, judged.err
    with tarfile.open(tmp_path / "python.tar", "w") as tar:  # written by another program
        tar.add(tmp_path / "unpacked", arcname=".")
    assert podium("gate", "evaluate", "--policy", policy, "--evidence", "python.tar", "--output", "json").out == judged.out
    with tarfile.open(tmp_path / "hostile.tar", "w") as tar:
        tar.add(tmp_path / "seen.txt", arcname="../../escaped.txt")
    hostile = podium("gate", "evaluate", "--policy", policy, "--evidence", "hostile.tar")
    assert hostile.code == 1
    assert "leaves its folder" in hostile.err
    assert not (tmp_path.parent / "escaped.txt").exists()


def test_evidence_appears_whole_or_not_at_all_and_is_never_written_over(podium: Callable[..., Ran], tmp_path: Path) -> None:
    file = write(table(rows=50), tmp_path / "holdout.csv")
    missing = podium("gate", "collect", "--predictions", f"holdout={file}", "--train-units", "none.txt", "--out", "bundle")
    assert missing.code == 1
    assert "none.txt" in missing.err
    assert not (tmp_path / "bundle").exists()
    assert not list(tmp_path.glob("*.part*"))
    assert podium("gate", "collect", "--out", "bundle").code == 2
    assert podium("gate", "collect", "--predictions", f"holdout={file}", "--out", "bundle").code == 0
    again = podium("gate", "collect", "--predictions", f"holdout={file}", "--out", "bundle")
    assert again.code == 3
    assert "never written over" in again.err


def test_a_manifest_that_cannot_be_understood_is_an_error_that_says_why(
    podium: Callable[..., Ran], policy: Path, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle"
    bundle.mkdir()
    good = {"format": "podium/evidence/v1", "parts": []}
    shadow = {"kind": "shadow", "path": "x", "sha256": "0" * 64}
    for change, words in (
        ({"format": "other"}, "`format`"),
        ({"first_ru": True}, "unknown field `first_ru`"),
        ({"parts": [{"kind": "rumours", "path": "x", "sha256": "0" * 64}]}, "unknown kind `rumours`"),
        ({"parts": [{"kind": "aggregates", "path": "../x", "sha256": "0" * 64}]}, "leaves the folder"),
        ({"parts": [{"kind": "aggregates", "path": "x"}]}, "no `sha256`"),
        ({"parts": [{**shadow, "chalenger_errors": 50}]}, "unknown field `chalenger_errors`"),
        ({"parts": [{**shadow, "challenger_errors": "50"}]}, "not a whole number"),
        ({"as_of": "yesterday"}, "not a UTC time"),
        ({"facts": {"a": 1}}, "wrong type"),
        ({"parts": {}}, "no list `parts`"),
    ):
        (bundle / "manifest.json").write_text(json.dumps({**good, **change}))
        ran = podium("gate", "evaluate", "--policy", policy, "--evidence", bundle)
        assert ran.code == 1, change
        assert words in ran.err
    (bundle / "manifest.json").write_text("{")
    assert "not a JSON object" in podium("gate", "evaluate", "--policy", policy, "--evidence", bundle).err
    assert podium("gate", "evaluate", "--policy", policy, "--evidence", tmp_path / "nowhere").code == 1


def test_an_eval_result_can_hold_a_floor_and_never_show_superiority(
    podium: Callable[..., Ran], policy: Path, tmp_path: Path
) -> None:
    (tmp_path / "eval_result.json").write_text(json.dumps({"val_auc": 0.83, "promoted": True}))
    words = ("--eval-result", "holdout=eval_result.json")
    held = podium("gate", "evaluate", "--policy", policy, *words, "--output", "json")
    assert held.code in {10, 11}
    floor = POLICY.replace("leakage: {train_unit_overlap_max: 0}", "missing_prediction: {max_fraction: 0}")
    floor = floor.replace("min_units: 500", "min_units: 0")
    floor = floor[: floor.index("metrics:")] + (
        "metrics:\n  success: {rule: none}\n  items:\n    - {id: floor, metric: roc_auc, role: floor, at_least: 0.8}\n"
    )
    (tmp_path / "floor.yaml").write_text(floor)
    kept = podium("gate", "evaluate", "--policy", "floor.yaml", *words, "--output", "json")
    assert kept.code == 0, kept.out + kept.err
    decision = json.loads(kept.out)
    assert decision["reasons"][0]["code"] == "NOT_SHOWN_BETTER"
    assert any("`promoted` is true: a flag is not evidence" in limit for limit in decision["limits"])
    (tmp_path / "floor.yaml").write_text(floor.replace("0.8}", "0.9}"))
    assert podium("gate", "evaluate", "--policy", "floor.yaml", *words).code == 20


def test_verdicts_have_the_exit_codes_of_the_contract(podium: Callable[..., Ran], policy: Path, tmp_path: Path) -> None:
    (tmp_path / "seen.txt").write_text("t1\n")

    def judged(data: pa.Table, *more: str) -> int:
        write(data, tmp_path / "holdout.csv")
        words = ("--predictions", "holdout=holdout.csv", "--train-units", "seen.txt", *more)
        return podium("gate", "evaluate", "--policy", policy, *words).code

    assert judged(table()) == 0
    assert judged(table(rows=400)) == 10
    assert judged(table().set_column(0, "id", pa.array(["t1", *map(str, range(1, 3000))]))) == 11
    swapped = table().rename_columns(["id", "day", "y", "region", "challenger", "champion"])
    assert judged(swapped) == 20
    assert judged(table().drop_columns(["champion"])) == 2
    assert podium("gate", "evaluate", "--policy", policy).code == 2
    assert podium("gate", "evaluate", "--policy", policy, "--predictions", "holdout=none.csv").code == 1
    policy.write_text(POLICY + "approvals:\n  - {stage: before_prod, roles: {risk: 1}, self_approval: true}\n")
    assert judged(table()) == 12


def test_an_approval_of_this_evidence_promotes_and_is_void_for_other(policy: Path) -> None:
    policy.write_text(POLICY + "approvals:\n  - {stage: before_prod, roles: {risk: 1}, self_approval: true, expires: P7D}\n")
    evidence = gate.collect(policy, {"holdout": table()}, train_units=["t1"])
    decision = gate.evaluate(policy, evidence)
    assert (decision.verdict, decision.hold, decision.exit_code) == ("hold", "approval", 12)
    gate.approve(evidence, decision, approver="ann", role="risk", time=datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC))
    approved = gate.evaluate(policy, evidence)
    assert approved.verdict == "promote"
    assert approved.evidence_digest == decision.evidence_digest
    other = gate.collect(policy, {"holdout": table(seed=4)}, train_units=["t1"])
    gate.approve(other, decision, approver="ann", role="risk")
    assert gate.evaluate(policy, other).reasons[0]["code"] == "APPROVAL_VOID:risk"


def test_evidence_written_in_python_is_read_by_the_command_line(podium: Callable[..., Ran], policy: Path, tmp_path: Path) -> None:
    out = tmp_path / "bundle"
    as_of = datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC)
    gate.write_evidence(out, {"holdout": table()}, train_units=["t1"], as_of=as_of, facts={"challenger.digest": "sha256:1"})
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["as_of"].startswith("2026-01-31T00:00:00")
    assert [part["kind"] for part in manifest["parts"]] == ["predictions", "train_units"]
    evidence = gate.read_evidence(out, policy)
    assert evidence.facts == {"challenger.digest": "sha256:1"}
    decision = gate.evaluate(policy, evidence)
    assert gate.evaluate(policy, out).digest == decision.digest
    ran = podium("gate", "evaluate", "--policy", policy, "--evidence", out, "--output", "json")
    assert ran.out == decision.to_json() + "\n"
    assert gate.verify(policy, out, ran.out)
    with pytest.raises(ConflictError):
        gate.write_evidence(out, {"holdout": table()})


def test_reports_are_pages_without_script_and_junit_counts_the_checks(
    podium: Callable[..., Ran], policy: Path, tmp_path: Path
) -> None:
    (tmp_path / "seen.txt").write_text("t1\n")
    write(table(), tmp_path / "holdout.csv")
    words = ("--predictions", "holdout=holdout.csv", "--train-units", "seen.txt")
    podium("gate", "collect", *words, "--out", "bundle")
    podium("gate", "evaluate", "--policy", policy, "--evidence", "bundle", "--out", "gate")
    page = (tmp_path / "gate" / "report.html").read_text()
    assert "<script" not in page
    assert "http" not in page
    for picture in ("ROC curves", "Precision and recall", "Reliability", "Scores of the same rows"):
        assert picture in page
    decision = json.loads((tmp_path / "gate" / "decision.json").read_text())
    junit = ElementTree.parse(tmp_path / "gate" / "junit.xml").getroot()
    assert int(junit.get("tests", "0")) == len(decision["checks"])
    again = podium("gate", "report", "--decision", "gate/decision.json", "--format", "markdown")
    assert again.code == 0
    assert again.out == (tmp_path / "gate" / "summary.md").read_text()
    whole = podium("gate", "report", "--decision", "gate/decision.json", "--policy", policy, "--evidence", "bundle", "-f", "html")
    assert whole.out == page
    other = policy.with_name("other.yaml")
    other.write_text(policy.read_text() + "# another file\n")
    strange = podium("gate", "report", "--decision", "gate/decision.json", "--policy", other, "-f", "html")
    assert strange.code == 2
    assert "not the policy that this decision was made by" in strange.err
    junk = podium("gate", "report", "--decision", "gate/decision.json", "--title", "ours", "--format", "junit")
    assert junk.code == 2
    shown = gate.Decision.from_json(json.dumps(decision))._repr_html_()
    assert "<svg" in shown and "<script" not in shown


def test_a_budgeted_set_keeps_its_numbers_out_of_summaries(podium: Callable[..., Ran], policy: Path, tmp_path: Path) -> None:
    policy.write_text(POLICY.replace("min_units: 500", "min_units: 500\n      reuse: {max_evaluations: 5}"))
    (tmp_path / "seen.txt").write_text("t1\n")
    write(table(gain=0.3), tmp_path / "holdout.csv")
    words = ("--predictions", "holdout=holdout.csv", "--train-units", "seen.txt", "--out", "gate", "--output", "json")
    ran = podium("gate", "evaluate", "--policy", policy, *words)
    decision = json.loads(ran.out)
    assert decision["verdict_only"] == ["holdout"]
    gain = next(check for check in decision["checks"] if check["id"] == "gain")
    summary = (tmp_path / "gate" / "summary.md").read_text()
    assert "verdict_only" in summary
    assert f"{gain['estimate']:.4f}" not in summary
    assert f"{gain['estimate']:.4f}" in (tmp_path / "gate" / "report.html").read_text()
    assert "(" not in (tmp_path / "gate" / "junit.xml").read_text().split('name="gain"')[1].split("</testcase>")[0]


def test_a_policy_shows_what_it_does_before_it_is_used(podium: Callable[..., Ran], policy: Path) -> None:
    words = ("--policy", policy, "--n", "600", "--worlds", "60", "--effect", "0.05")
    ran = podium("gate", "simulate", *words, "--output", "json")
    assert ran.code == 0, ran.err
    equal, better = json.loads(ran.out)
    assert abs(equal["effect"]) < 0.002
    assert better["effect"] == pytest.approx(0.05, abs=0.002)
    assert equal["promote"]["share"] <= better["promote"]["share"]
    shown = podium("gate", "simulate", *words)
    assert "TRUE GAIN" in shown.out
    same = gate.simulate(policy, effect=0.05, n=600, worlds=60, threads=2)
    assert same["promote"]["worlds"] == better["promote"]["worlds"]


def test_the_whole_example_policy_is_read_and_holds_on_what_plain_predictions_cannot_say(
    podium: Callable[..., Ran], tmp_path: Path
) -> None:
    data = table().rename_columns(["customer_id", "day", "y", "region", "champion", "challenger"])
    data = data.append_column("segment", data["region"]).append_column("tenure_bucket", data["day"])
    times = pa.array([1_700_000_000_000_000 + i for i in range(len(data))], pa.timestamp("us", "UTC"))
    write(data.append_column("event_time", times), tmp_path / "holdout.parquet")
    ran = podium(
        "gate", "evaluate", "--policy", ROOT / "tests/cases/gate/policy.yaml",
        "--predictions", "holdout_2025q2=holdout.parquet", "--output", "json",
    )  # fmt: skip
    assert ran.code == 11, ran.err
    codes = {reason["code"].partition(":")[0] for reason in json.loads(ran.out)["reasons"]}
    assert {"CHAMPION_UNCHECKED", "FACT_MISSING", "DATASET_UNCHECKED", "STALE_UNCHECKED", "LEAKAGE_UNCHECKED"} <= codes
