"""Podium's verdicts and requests on public Azure ML YAML, against what azure-ai-ml said and sent.

The corpus lies beside the checkout (`../shared/corpus`); without it these tests are skipped.  Where we differ on purpose,
docs/parity.md has a row with the file and the reason.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))
from agreement import CORPUS, Record, disagreement, files, misjudged, mutations, podium, sent_difference

pytestmark = pytest.mark.skipif(not CORPUS.exists(), reason=f"needs the corpus at {CORPUS.name}, beside the checkout")

PARITY = Path(__file__).resolve().parents[3] / "docs" / "parity.md"


def differences_on_purpose() -> dict[str, str]:
    """File -> reason, from the table of docs/parity.md."""
    rows = re.findall(r"^\| `((?:files|mutations)/[^`]+)` \| ([^|]+) \|$", PARITY.read_text(), re.MULTILINE)
    return {name: reason.strip() for name, reason in rows}


def judge(records: list[Record], judgement: Callable[[Record], str]) -> list[str]:
    known = differences_on_purpose()
    with ThreadPoolExecutor(4) as pool:
        answers = list(zip(records, pool.map(judgement, records), strict=True))
    return [f"{r.name}: {why}" for r, why in answers if why and str(r.file.relative_to(CORPUS)) not in known]


def test_each_file_has_the_official_verdict_at_its_path_or_deeper() -> None:
    assert judge(files(), disagreement) == []


def test_every_wrong_mutation_is_named_at_its_line() -> None:
    assert judge([r for r in mutations() if r.mutation["meant"] == "wrong"], misjudged) == []


def test_no_mutation_that_is_fine_is_an_error() -> None:
    assert judge([r for r in mutations() if r.mutation["meant"] == "fine"], misjudged) == []


def test_each_file_is_sent_as_the_client_sends_it() -> None:
    assert judge([r for r in files() if r.expected["sent"]], sent_difference) == []


def test_each_mutation_that_is_fine_is_sent_as_the_client_sends_it() -> None:
    fine = [r for r in mutations() if r.expected["sent"] and r.mutation["meant"] == "fine"]
    assert judge(fine, sent_difference) == []


def test_many_files_in_one_process_give_what_each_gives_alone() -> None:
    some = [r.file for r in files() if not r.supplied][::7]
    together = subprocess.run(
        [podium(), "validate", "--output", "json", *map(str, some)], capture_output=True, text=True, check=False
    )
    apart = []
    for file in some:
        run = subprocess.run([podium(), "validate", "--output", "json", str(file)], capture_output=True, text=True, check=False)
        apart += json.loads(run.stdout)["diagnostics"]
    assert json.loads(together.stdout)["diagnostics"] == apart
    assert json.loads(together.stdout)["files"] == len(some)
