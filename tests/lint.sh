#!/usr/bin/env bash
# Formatting and linters: clang-format on all C++, clang-tidy on the files that changed against the base, ruff and mypy on Python.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=.venv/bin

echo "== clang-format"
git ls-files '*.hpp' '*.cpp' | xargs clang-format-19 --dry-run --Werror

echo "== ruff"
"$bin/ruff" format --check bindings/python pipelines samples tests
"$bin/ruff" check bindings/python pipelines samples tests

echo "== mypy --strict on the package"
"$bin/mypy" --config-file pyproject.toml bindings/python/podium

base=${LINT_BASE:-}
if [ -n "$base" ] && [ -f build/release/compile_commands.json ]; then
  echo "== clang-tidy on files changed since $base"
  git diff --name-only --diff-filter=d "$base" -- 'src/*.cpp' | xargs -r clang-tidy-19 -p build/release --quiet
fi
