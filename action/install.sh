#!/usr/bin/env bash
# Finds or installs the `podium` program, and names it in the step's output `program`.
set -euo pipefail

if [ -n "${PODIUM_BINARY:-}" ]; then
  [ -x "$PODIUM_BINARY" ] || { echo "::error title=podium::\`$PODIUM_BINARY\` is not a program that can be run"; exit 1; }
  program=$(cd "$(dirname "$PODIUM_BINARY")" && pwd)/$(basename "$PODIUM_BINARY")
elif [ -n "${PODIUM_PACKAGE:-}" ]; then
  venv=$RUNNER_TEMP/podium-venv
  python3 -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check "$PODIUM_PACKAGE"
  program=$venv/bin/podium
else
  program=$(command -v podium) || { echo "::error title=podium::give \`package\` or \`binary\`: there is no podium on the path"; exit 1; }
fi
"$program" --version
echo "::add-matcher::$GITHUB_ACTION_PATH/action/problem-matcher.json"
echo "program=$program" >> "$GITHUB_OUTPUT"
