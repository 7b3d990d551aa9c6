"""How fast the command line starts, against a bare interpreter in the same run."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

PODIUM = Path(sys.executable).with_name("podium")
ROUNDS = 31


def milliseconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    ours, bare = [], []
    for _ in range(ROUNDS):
        ours.append(milliseconds([str(PODIUM), "--version"]))
        bare.append(milliseconds([sys.executable, "-I", "-c", "pass"]))
    print(f"{'command':<24}{'min ms':>9}{'median ms':>11}")
    for name, times in (("podium --version", ours), ("python -I -c pass", bare)):
        print(f"{name:<24}{min(times):>9.2f}{statistics.median(times):>11.2f}")
    print(f"ratio of medians: {statistics.median(ours) / statistics.median(bare):.2f}")


if __name__ == "__main__":
    main()
