#!/usr/bin/env bash
# Fuzzes the reader of YAML, the binding grammar and `--set` for a bounded time each.
#
#     tests/fuzz/run.sh [SECONDS]     default 20; an input that breaks something is left in build/fuzz/
#
# No crash, no undefined behaviour, no leak, no input that takes over 5 s, no memory above 256 MiB.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-20}
build=build/fuzz
flags="-O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined"
# The options of the sanitizers cost memory of their own; what counts is what the program keeps.
export ASAN_OPTIONS=quarantine_size_mb=8:detect_leaks=1
CC=clang-19 CXX=clang++-19 cmake -S . -B $build -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS_DEBUG="$flags" \
  -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DPODIUM_TESTS=OFF -DPODIUM_FUZZ=ON -DPODIUM_WERROR=OFF > $build.log 2>&1 || { cat $build.log; exit 1; }
cmake --build $build --target fuzz_reader fuzz_binding fuzz_set > $build.log 2>&1 || { tail -40 $build.log; exit 1; }
for name in reader binding set; do
  mkdir -p $build/corpus/$name
  echo "== fuzz $name, $seconds s"
  $build/tests/fuzz/fuzz_$name -max_total_time="$seconds" -timeout=5 -rss_limit_mb=256 -max_len=8192 -verbosity=0 \
    -print_final_stats=1 -artifact_prefix=$build/ $build/corpus/$name tests/fuzz/seeds/$name 2> $build/$name.log \
    || { tail -60 $build/$name.log; exit 1; }
  grep -E "number_of_executed_units|peak_rss_mb" $build/$name.log
done
