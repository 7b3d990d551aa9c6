"""What `podium validate` and `podium compile` say of the corpus, beside what azure-ai-ml said of it.

The corpus lies beside the checkout (`../shared/corpus`); its README describes the records.
"""

import json
import os
import subprocess
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
SUPPLIED = ["-n", "my-name", "-e", "my-endpoint"]


def podium() -> str:
    """The program: PODIUM_PROGRAM, or the one beside the interpreter."""
    beside = Path(sys.executable).with_name("podium")
    found = os.environ.get("PODIUM_PROGRAM") or (str(beside) if beside.exists() else "")
    assert found, "no podium beside the interpreter, and PODIUM_PROGRAM is not set"
    return found


@dataclass
class Record:
    """One file and what the official client said of it."""

    file: Path
    kind: str
    expected: dict[str, Any]
    supplied: bool = False
    mutation: dict[str, Any] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)  # that give what the file lacks

    @property
    def name(self) -> str:
        return str(self.file.relative_to(CORPUS)) + (" (supplied)" if self.supplied else "")

    @property
    def accepted(self) -> bool:
        validate = self.expected["validate"]
        return self.expected["load"]["ok"] and (validate is None or validate["ok"])

    @property
    def refused_late(self) -> bool:
        """Accepted by load and validate, then refused before sending."""
        return self.accepted and self.expected["sent"] is None and self.kind not in ("workspace", "feature_store")

    @property
    def errors(self) -> list[dict[str, Any]]:
        validate = self.expected["validate"] or {}
        return list(self.expected["load"].get("errors") or []) + list(validate.get("errors") or [])


def _record(file: Path, kind: str, expected: dict[str, Any], **more: Any) -> list[Record]:
    records = [Record(file, kind, expected, **more)]
    if expected.get("supplied"):
        lacking = {one.get("path") for one in records[0].errors}
        flags = [*(SUPPLIED[:2] if "name" in lacking else []), *(SUPPLIED[2:] if "endpoint_name" in lacking else [])]
        records.append(Record(file, kind, expected["supplied"], supplied=True, flags=flags, **more))
    return records


@cache
def files() -> list[Record]:
    records: list[Record] = []
    for line in (CORPUS / "index.jsonl").read_text().splitlines():
        entry = json.loads(line)
        expected = json.loads((CORPUS / "expected" / (entry["path"] + ".json")).read_text())
        records += _record(CORPUS / "files" / entry["path"], entry["kind"], expected)
    return records


@cache
def mutations() -> list[Record]:
    records: list[Record] = []
    for line in (CORPUS / "mutations.jsonl").read_text().splitlines():
        entry = json.loads(line)
        file = CORPUS / "mutations" / entry["file"]
        expected = json.loads(file.with_suffix(".json").read_text())
        records.append(Record(file, entry["kind"], expected, mutation=expected["mutation"]))
    return records


@cache
def findings(part: str, supplied: bool) -> dict[Path, list[dict[str, Any]]]:
    """The findings of all records of a part, by the file that was checked, from one run per kind of record."""
    records = [r for r in (files() if part == "files" else mutations()) if r.supplied == supplied]
    found: dict[Path, list[dict[str, Any]]] = {}

    def check(record: Record) -> None:
        run = subprocess.run(
            [podium(), "validate", "--output", "json", *(SUPPLIED if supplied else []), str(record.file)],
            capture_output=True,
            text=True,
            cwd=record.file.parent,
            check=False,
        )
        assert run.returncode in (0, 1), f"{record.name}: {run.stderr}"
        found[record.file] = json.loads(run.stdout)["diagnostics"]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(check, records))
    return found


def _covers(ours: str, theirs: str) -> bool:
    return theirs in ("", "*") or ours == theirs or ours.startswith(theirs + ".")


def disagreement(record: Record) -> str:
    """Empty, or why our verdict on a file is not the official client's."""
    found = findings("mutations" if record.mutation else "files", record.supplied)[record.file]
    errors = [one for one in found if one["severity"] == "error"]
    if record.accepted:
        if errors and not record.refused_late:
            one = errors[0]
            return f"false alarm: {one['start']['line']}: {one['code']} {one['path']}: {one['message']}"
        return ""
    if not errors:
        said = record.errors[0] if record.errors else record.expected["load"]
        return f"missed: {said.get('path', '')}: {str(said.get('message'))[:200]!r}"
    for said in record.errors:
        if not any(_covers(one["path"], said.get("path") or "*") for one in found):
            ours = sorted({one["path"] for one in found})
            return f"path: {said['path']} is not covered by {ours}: {str(said['message'])[:120]!r}"
    return ""


def misjudged(record: Record) -> str:
    """Empty, or why a mutation is not judged as its maker meant it."""
    found = findings("mutations", False)[record.file]
    meant, line = record.mutation["meant"], record.mutation["line"]
    where = f"line {line}: {record.mutation['what']}"
    if meant == "fine":
        errors = [one for one in found if one["severity"] == "error"]
        return f"{where}: false alarm: {errors[0]['code']} {errors[0]['message']}" if errors else ""
    if meant == "lossy":
        return "" if any(one["start"]["line"] == line for one in found) else f"{where}: lossy, not named"
    if any(one["start"]["line"] == line for one in found):
        return ""
    places = [f"{one['start']['line']}: {one['code']} {one['message']}" for one in found]
    return f"{where}: not named; found {places}"


def compiled(record: Record) -> list[dict[str, Any]] | str:
    """What `podium compile` prints, or why it does not."""
    run = subprocess.run(
        [podium(), "compile", *record.flags, str(record.file)],
        capture_output=True,
        text=True,
        cwd=record.file.parent,
        check=False,
    )
    if run.returncode != 0:
        return run.stderr.strip() or run.stdout.strip()
    result: list[dict[str, Any]] = json.loads(run.stdout)
    return result


def difference(ours: Any, theirs: Any, path: str = "") -> str:
    """The first place where two JSON values differ, or nothing."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            if key not in ours:
                return f"{path}.{key}: missing, should be {json.dumps(theirs[key])[:200]}"
            if key not in theirs:
                return f"{path}.{key}: too much: {json.dumps(ours[key])[:200]}"
            if found := difference(ours[key], theirs[key], f"{path}.{key}"):
                return found
        return ""
    if isinstance(ours, list) and isinstance(theirs, list):
        for i, (a, b) in enumerate(zip(ours, theirs, strict=False)):
            if found := difference(a, b, f"{path}[{i}]"):
                return found
        return "" if len(ours) == len(theirs) else f"{path}: {len(ours)} items instead of {len(theirs)}"
    same = ours == theirs and isinstance(ours, bool) == isinstance(theirs, bool)
    return "" if same else f"{path}: {json.dumps(ours)[:200]} instead of {json.dumps(theirs)[:200]}"


def sent_difference(record: Record) -> str:
    """Empty, or where our requests are not those that the client sent."""
    ours = compiled(record)
    if isinstance(ours, str):
        return f"not compiled: {ours[:300]}"
    theirs = record.expected["sent"]
    if [one["path"] for one in ours] != [one["path"] for one in theirs]:
        # A helper's name is a hash of its body: the body tells more.
        return difference(ours[-1]["body"], theirs[-1]["body"], "body") or difference(ours, theirs)
    return difference(ours, theirs)


def by_kind(records: list[Record]) -> dict[str, list[Record]]:
    kinds: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        kinds[record.kind].append(record)
    return dict(sorted(kinds.items()))
