"""Runs every test and ends with one line that counts them.

    .venv/bin/python tests/run.py [--only NAME ...]     after `make install wheel` (see the Makefile's `test`)

Parts: the doctest programs of build/release, the checks of the house (layers, headers, symbols, consumer), the Python tests,
which drive the installed wheel, the command line and real peers, the main job with its numbers, the notebook.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
RESULTS = ROOT / "build" / "test-results"
PYTHON = ROOT / ".venv" / "bin" / "python"


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list[str] = field(default_factory=list)

    def add_junit(self, part: str, path: Path, returncode: int) -> None:
        if not path.exists():
            self.failed += 1
            self.failures.append(f"{part}: ended with {returncode} before it could report")
            return
        broken = 0
        for case in ElementTree.parse(path).getroot().iter("testcase"):
            name = f"{part}: {case.get('classname', '')}: {case.get('name', '')}"
            if case.find("failure") is not None or case.find("error") is not None:
                broken += 1
                self.failures.append(name)
            elif case.find("skipped") is not None:
                self.skipped += 1
                print(f"  skipped: {name}: {case.find('skipped').get('message', '')}")
            else:
                self.passed += 1
        if returncode != 0 and broken == 0:
            broken = 1
            self.failures.append(f"{part}: ended with {returncode}")
        self.failed += broken

    def add_check(self, part: str, returncode: int) -> None:
        if returncode == 0:
            self.passed += 1
        else:
            self.failed += 1
            self.failures.append(part)


def run(part: str, command: list[str | Path], **more: object) -> int:
    print(f"\n== {part}", flush=True)
    start = time.monotonic()
    code = subprocess.run([str(word) for word in command], cwd=ROOT, check=False, **more).returncode  # type: ignore[call-overload]
    print(f"   {part}: {'ok' if code == 0 else f'FAILED ({code})'} in {time.monotonic() - start:.1f} s", flush=True)
    return int(code)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="parts whose name contains one of these words")
    wanted = parser.parse_args().only
    RESULTS.mkdir(parents=True, exist_ok=True)
    for old in RESULTS.glob("*.xml"):
        old.unlink()
    tally = Tally()

    def chosen(part: str) -> bool:
        return not wanted or any(word in part for word in wanted)

    for program in sorted(Path(line) for line in (BUILD / "tests" / "programs.txt").read_text().split()):
        part = program.name.replace("test_", "unit ", 1)
        if chosen(part):
            report = RESULTS / f"{program.name}.xml"
            code = run(part, [program, "--reporters=junit", f"--out={report}"])
            if code != 0:
                subprocess.run([str(program)], cwd=ROOT, check=False)
            tally.add_junit(part, report, code)

    checks: list[tuple[str, list[str | Path]]] = [
        ("house: layers", [PYTHON, "tests/layering/check.py"]),
        ("house: headers alone", ["cmake", "--build", BUILD, "--target", "all_verify_interface_header_sets"]),
        ("house: exported symbols", ["tests/symbols/check.sh", ROOT / "build/prefix/lib/libpodium.so"]),
        ("house: find_package consumer", ["tests/consumer/run.sh", ROOT / "build/prefix", ROOT / "build/consumer"]),
        ("fuzzing, bounded", ["tests/fuzz/run.sh", "15"]),
        ("main job", ["make", "--no-print-directory", "demo-run"]),
    ]
    for part, command in checks:
        if chosen(part):
            tally.add_check(part, run(part, command))

    if chosen("python"):
        report = RESULTS / "pytest.xml"
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        code = run("python", [PYTHON, "-m", "pytest", "-q", f"--junitxml={report}", "-p", "no:cacheprovider"], env=environment)
        tally.add_junit("python", report, code)

    print()
    for failure in tally.failures:
        print(f"failed: {failure}")
    print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
