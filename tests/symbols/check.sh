#!/usr/bin/env bash
# Every symbol that the installed library exports is ours: check.sh LIBRARY
set -euo pipefail
foreign=$(nm -D --defined-only --demangle "$1" | cut -d' ' -f3- |
          grep -vE '(^|[ &*(<])podium::|^(vtable|typeinfo|typeinfo name|VTT|guard variable) for podium::|^podium' || true)
count=$(nm -D --defined-only "$1" | wc -l)
if [ -n "$foreign" ]; then
  echo "exported, and not ours:"
  echo "$foreign" | head -20
  exit 1
fi
[ "$count" -gt 50 ] || { echo "only $count symbols exported: is the library empty"; exit 1; }
echo "$count exported symbols, all ours"
