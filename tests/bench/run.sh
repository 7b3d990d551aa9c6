#!/usr/bin/env bash
# Builds the benchmarks and prints their tables.  Ratios against peers of the same run are what counts: machines are shared.
set -euo pipefail
cd "$(dirname "$0")/../.."
found=0
for program in build/release/tests/bench/bench_*; do
  [ -x "$program" ] || continue
  found=1
  echo "== $(basename "$program")"
  "$program"
done
for script in tests/bench/*.py; do
  [ -e "$script" ] || continue
  found=1
  echo "== $(basename "$script")"
  .venv/bin/python "$script"
done
[ "$found" = 1 ] || { echo "no benchmark was built"; exit 1; }
