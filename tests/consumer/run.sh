#!/usr/bin/env bash
# Builds and runs the consumer project against an installed prefix: run.sh PREFIX BUILD_FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
prefix=$1 build=$2
cmake -S "$here" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$prefix" \
      -DCMAKE_CXX_COMPILER_LAUNCHER=ccache > "$build.log" 2>&1 || { cat "$build.log"; exit 1; }
cmake --build "$build"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$build/consumer" "$folder/workspace"
