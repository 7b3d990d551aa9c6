"""Random changes of the corpus' files, judged by azure-ai-ml and by Podium; prints where the two disagree.

    PODIUM_PROGRAM=... .venv/bin/python tests/conformance/corpus/differential.py [--count N] [--seed S]

Not a test: what the client lets pass may rightly be an error of ours.  What it refuses and we do not, and what we refuse
without a rule of the service behind it, is worth a look.
"""

import argparse
import contextlib
import copy
import json
import logging
import os
import random
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
from agreement import CORPUS, podium

VALUES: list[Any] = [
    None,
    "",
    7,
    -1,
    0,
    1.5,
    True,
    [],
    {},
    "oops",
    "7",
    "azureml:oops",
    "azureml:oops:1",
    ["a"],
    {"a": "b"},
    10**12,
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every path below a value."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def change(document: dict[str, Any], dice: random.Random) -> str:
    """Changes the document in one place; says what was done."""
    path = dice.choice(list(places(document)))
    holder: Any = document
    for key in path[:-1]:
        holder = holder[key]
    key, where = path[-1], ".".join(map(str, path))
    kind = dice.choice(["delete", "rename", "set", "set", "set", "case", "add"])
    if kind == "delete":
        del holder[key]
        return f"{where} deleted"
    if kind == "rename" and isinstance(holder, dict) and isinstance(key, str) and len(key) > 2:
        at = dice.randrange(len(key) - 1)
        wrong = key[:at] + key[at + 1] + key[at] + key[at + 2 :]
        holder[wrong] = holder.pop(key)
        return f"{where} renamed to {wrong}"
    if kind == "case" and isinstance(holder[key], str):
        holder[key] = holder[key].upper()
        return f"{where} in capitals"
    if kind == "add" and isinstance(holder[key], dict):
        holder[key]["surprise"] = 1
        return f"{where}.surprise added"
    holder[key] = copy.deepcopy(dice.choice(VALUES))
    return f"{where} set to {holder[key]!r}"


def official(file: Path, loader: str) -> str:
    """Empty, or what the client says."""
    import azure.ai.ml as client
    from azure.ai.ml import entities

    os.chdir(file.parent)
    try:
        with contextlib.redirect_stderr(None), contextlib.redirect_stdout(None):
            entity = (getattr(client, loader, None) or getattr(entities, loader))(source=str(file))
            check = getattr(entity, "_validate", None)
            result = check() if check else None
            if loader not in ("load_workspace", "load_feature_store") and result is not None and not result.passed:
                return json.dumps(result.error_messages)[:300]
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:600].replace("\n", " ")
    return ""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    dice = random.Random(args.seed)
    entries = [json.loads(line) for line in (CORPUS / "index.jsonl").read_text().splitlines()]
    entries = [entry for entry in entries if entry["load"] and entry["validate"] is not False]
    with tempfile.TemporaryDirectory() as folder:
        copy_of = Path(folder) / "files"
        shutil.copytree(CORPUS / "files", copy_of)
        agreed = false_alarms = misses = 0
        for _ in range(args.count):
            entry = dice.choice(entries)
            base = copy_of / entry["path"]
            document = yaml.safe_load(base.read_text())
            what = change(document, dice)
            file = base.with_name("changed.yml")
            file.write_text(yaml.safe_dump(document, sort_keys=False))
            run = subprocess.run([podium(), "validate", "-o", "json", str(file)], capture_output=True, text=True, check=False)
            found = json.loads(run.stdout)["diagnostics"] if run.stdout else [{"message": run.stderr, "severity": "error"}]
            errors = [one for one in found if one["severity"] == "error"]
            said = official(file, entry["loader"])
            if bool(said) == bool(errors):
                agreed += 1
            elif errors:
                false_alarms += 1
                one = errors[0]
                print(f"ALARM {entry['path']}: {what}\n      {one.get('code')} {one.get('path')}: {one['message']}")
            else:
                misses += 1
                warned = [f"{one['code']} {one['message']}" for one in found]
                print(f"MISS  {entry['path']}: {what}\n      {said[:300]}\n      ours: {warned[:2]}")
            file.unlink()
    print(f"{agreed} agreed, {false_alarms} only ours, {misses} only the client's")


if __name__ == "__main__":
    main()
