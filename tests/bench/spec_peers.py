"""`podium validate` on the corpus against azure-ai-ml doing the same, and one pipeline cold against a bare interpreter.

azure-ai-ml takes some 15 s a pass; its pass here is one, after its imports, on the same files.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"
PODIUM = Path(sys.executable).with_name("podium")
PIPELINE = ROOT / "tests" / "bench" / "thirteen_steps.yml"

PEER = """
import json, os, sys, time, logging, warnings
logging.disable(logging.CRITICAL); warnings.simplefilter("ignore")
import azure.ai.ml as aml
files = json.load(sys.stdin)
start = time.perf_counter()
for path, loader in files:
    os.chdir(os.path.dirname(path))
    try:
        entity = getattr(aml, loader)(source=path)
        check = getattr(entity, "_validate", None)
        if check: check()
    except Exception:
        pass
print(time.perf_counter() - start)
"""


def elapsed(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return time.perf_counter() - start


def thirteen_steps() -> None:
    rounds = 31
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(elapsed([str(PODIUM), "validate", str(PIPELINE)]))
        bare.append(elapsed([sys.executable, "-I", "-c", "pass"]))
    a, b = statistics.median(ours) * 1000, statistics.median(bare) * 1000
    print(f"{'13 steps, cold':<28}{a:>9.1f} ms")
    print(f"{'python -I -c pass':<28}{b:>9.1f} ms    ratio {a / b:.2f}")


def corpus() -> None:
    if not CORPUS.exists():
        print(f"skipped: there is no corpus at {CORPUS}")
        return
    entries = [json.loads(line) for line in (CORPUS / "index.jsonl").read_text().splitlines()]
    files = [(str(CORPUS / "files" / entry["path"]), entry["loader"]) for entry in entries]
    command = [str(PODIUM), "validate", "--output", "json", *(path for path, _ in files)]
    ours = statistics.median(elapsed(command) for _ in range(11))
    peer = subprocess.run(
        [sys.executable, "-c", PEER],
        input=json.dumps(files),
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
    )
    theirs = float(peer.stdout.splitlines()[-1])
    print(f"{'corpus, podium validate':<28}{ours * 1000:>9.1f} ms   ({len(files)} files, a process of its own)")
    print(f"{'corpus, azure-ai-ml':<28}{theirs * 1000:>9.1f} ms   (imports not counted)")
    print(f"ratio {theirs / ours:.0f}")


if __name__ == "__main__":
    thirteen_steps()
    corpus()
