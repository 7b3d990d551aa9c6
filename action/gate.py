"""Runs `podium gate evaluate` as a step of a workflow: outputs, step summary, annotations, and an exit code that fits.

Needs the standard library alone, no token and no network: pull requests of forks see the same as everybody else.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

SUMMARY_LIMIT = 1024 * 1024
ANNOTATION_LIMIT = 10
HELD = {10, 11, 12}
REJECTED = 20


def lines_of(name: str) -> list[str]:
    """The lines of an input that hold something."""
    return [line.strip() for line in os.environ.get(name, "").splitlines() if line.strip()]


def escape(text: str, *, in_property: bool = False) -> str:
    """What a workflow command needs escaped: a line end would end it, and a colon or comma its properties."""
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text


def annotate(level: str, title: str, message: str, file: str = "", line: int = 0) -> None:
    """Writes one workflow command; `line` 0: no place."""
    properties = [f"title={escape(title, in_property=True)}"]
    if file:
        properties.append(f"file={escape(file, in_property=True)}")
    if line:
        properties.append(f"line={line}")
    print(f"::{level} {','.join(properties)}::{escape(message)}")


def set_output(name: str, value: object) -> None:
    """Sets an output of the step."""
    path = os.environ.get("GITHUB_OUTPUT")
    if not path:
        return
    text = str(value)
    with Path(path).open("a", encoding="utf-8") as file:
        if "\n" not in text:
            file.write(f"{name}={text}\n")
            return
        end = "PODIUM_END"
        while end in text:
            end += "_"
        file.write(f"{name}<<{end}\n{text}\n{end}\n")


def add_summary(text: str) -> None:
    """Appends whole lines only, and says what it left out: a summary beyond the limit is lost as a whole."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    note = "\n\nThe summary is longer than a step may show; the whole of it is in the report.\n"
    used = Path(path).stat().st_size if Path(path).exists() else 0
    room = SUMMARY_LIMIT - used - len(note.encode()) - 1
    data = text.encode()
    if len(data) > room:
        kept = data[: max(room, 0)]
        kept = kept[: kept.rfind(b"\n") + 1]
        text = kept.decode(errors="ignore") + note
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(text if text.endswith("\n") else text + "\n")


def git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Runs git here."""
    return subprocess.run(["git", *arguments], capture_output=True, check=False)


def base_policy(policy: str, out: Path) -> str | None:
    """The policy as the branch has it that a pull request is made to; None where this is no pull request.

    Raises:
        RuntimeError: It cannot be told what that policy was.
    """
    event = os.environ.get("GITHUB_EVENT_PATH")
    if os.environ.get("GITHUB_EVENT_NAME") not in {"pull_request", "pull_request_target"} or not event:
        return None
    payload = json.loads(Path(event).read_text(encoding="utf-8"))
    base = str(payload.get("pull_request", {}).get("base", {}).get("sha", ""))
    if not re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", base):
        raise RuntimeError("the event of this pull request names no base commit")
    if git("cat-file", "-e", f"{base}^{{commit}}").returncode != 0:
        git("fetch", "--quiet", "--depth=1", "origin", base)
    if git("cat-file", "-e", f"{base}^{{commit}}").returncode != 0:
        raise RuntimeError(f"the base commit {base[:12]} is not here; check out with `fetch-depth: 0`")
    prefix = git("rev-parse", "--show-prefix").stdout.decode().strip()
    shown = git("show", f"{base}:{os.path.normpath(os.path.join(prefix, policy))}")
    if shown.returncode != 0:
        annotate("warning", "podium gate", f"`{policy}` is new in this request: it is judged by itself", policy)
        return None
    out.mkdir(parents=True, exist_ok=True)
    kept = out / "policy-of-base.yaml"
    kept.write_bytes(shown.stdout)
    return str(kept)


def without_numbers(code: str) -> str:
    """`NEED_N:auc_gain:4612>3000` is `NEED_N:auc_gain`: numbers of a budgeted set are not for comments."""
    return code.rpartition(":")[0] if code.count(":") > 1 and ">" in code.rpartition(":")[2] else code


def line_of(policy: str, check: str) -> int:
    """Where the policy asks for a check, to point at; 0 if it cannot be told."""
    pattern = re.compile(rf"\bid:\s*[\"']?{re.escape(check.partition('@')[0])}\b")
    try:
        text = Path(policy).read_text(encoding="utf-8")
    except OSError:
        return 0
    for number, line in enumerate(text.splitlines(), start=1):
        if pattern.search(line):
            return number
    return 0


def annotate_checks(decision: dict[str, Any], policy: str) -> None:
    """At most ten, worst first: what comes later would be dropped without a word."""
    order = {"fail": 0, "invalid": 1, "inconclusive": 2, "waived": 3}
    level = {"fail": "error", "invalid": "error", "inconclusive": "warning", "waived": "notice"}
    quiet = bool(decision.get("verdict_only"))
    found = sorted(
        (check for check in decision["checks"] if check["outcome"] in order), key=lambda check: order[check["outcome"]]
    )
    shown = found if len(found) <= ANNOTATION_LIMIT else found[: ANNOTATION_LIMIT - 1]
    for check in shown:
        about_evidence = check["role"] in {"quality", "approval", "waiver"}
        numbers = f"{check['estimate']} ({check['interval'][0]} to {check['interval'][1]}), line {check['margin']}"
        text = [check["outcome"]]
        if not quiet or about_evidence:
            text += [numbers] if not about_evidence else []
            text += [check["resolve"]] if check["resolve"] else []
        annotate(level[check["outcome"]], f"gate: {check['id']}", ": ".join(text), policy, line_of(policy, check["id"]))
    if len(found) > len(shown):
        annotate("notice", "podium gate", f"{len(found) - len(shown)} more in the report")


def command(policy: str, out: Path) -> list[str]:
    """The call of the gate."""
    words = [os.environ["PODIUM_PROGRAM"], "gate", "evaluate", "--policy", policy, "--output", "json", "--out", str(out)]
    if evidence := os.environ.get("INPUT_EVIDENCE", "").strip():
        words += ["--evidence", evidence]
    for line in lines_of("INPUT_PREDICTIONS"):
        words += ["--predictions", line]
    for line in lines_of("INPUT_EVAL_RESULTS"):
        words += ["--eval-result", line]
    if threads := os.environ.get("INPUT_THREADS", "").strip():
        words += ["--threads", threads]
    return words + lines_of("INPUT_ARGUMENTS")


def give_up(message: str, code: int) -> int:
    """Says why nothing could be judged."""
    annotate("error", "podium gate", message)
    add_summary(f"## Podium gate: nothing was judged\n\n```\n{message}\n```\n")
    set_output("verdict", "")
    set_output("exit-code", code)
    return code


def main() -> int:
    """Judges, and returns the exit code of the step."""
    out = Path(os.environ.get("INPUT_OUT") or "podium-gate")
    named = os.environ.get("INPUT_POLICY", "").strip()
    hold_is = os.environ.get("INPUT_HOLD_IS", "neutral").strip()
    if hold_is not in {"neutral", "failure"}:
        return give_up(f"`hold-is` is neutral or failure, not `{hold_is}`", 2)
    policy_from = os.environ.get("INPUT_POLICY_FROM", "base").strip()
    if policy_from not in {"base", "head"}:
        return give_up(f"`policy-from` is base or head, not `{policy_from}`", 2)
    try:
        policy = (base_policy(named, out) if policy_from == "base" else None) or named
    except RuntimeError as error:
        return give_up(str(error), 1)

    ran = subprocess.run(command(policy, out), capture_output=True, text=True, check=False)
    code = ran.returncode
    sys.stderr.write(ran.stderr)
    if code not in {0, REJECTED, *HELD}:
        return give_up(ran.stderr.strip() or f"podium ended with {code}", code if code > 0 else 1)
    decision: dict[str, Any] = json.loads(ran.stdout)

    codes = [reason["code"] for reason in decision["reasons"]]
    if decision.get("verdict_only"):
        codes = [without_numbers(one) for one in codes]
    outputs = {
        "verdict": decision["verdict"],
        "hold": decision.get("hold", ""),
        "exit-code": code,
        "reasons": " ".join(one.replace(" ", "_") for one in codes),
        "decision": out / "decision.json",
        "decision-digest": decision["digest"],
        "policy-digest": decision["policy"]["digest"],
        "evidence-digest": decision["evidence_digest"],
        "report": out / "report.html",
        "junit": out / "junit.xml",
    }
    for name, value in outputs.items():
        set_output(name, value)
    add_summary((out / "summary.md").read_text(encoding="utf-8"))
    annotate_checks(decision, named)
    print(f"podium gate: {decision['verdict']}" + (f" ({decision['hold']})" if decision.get("hold") else ""))
    for one in codes:
        print(f"  {one}")
    failed = code == REJECTED or (code in HELD and hold_is == "failure")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
