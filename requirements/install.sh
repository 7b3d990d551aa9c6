#!/usr/bin/env bash
# install.sh apt FILE            installs the Debian packages named in FILE that are missing
# install.sh venv PYTHON DIR FILE...  makes the virtual environment DIR and installs the requirements into it
set -euo pipefail

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

case "$1" in
  apt)
    mapfile -t wanted < <(grep -v '^#' "$2")
    missing=()
    for package in "${wanted[@]}"; do
      dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
      echo "installing with apt: ${missing[*]}"
      as_root apt-get update -qq
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > /dev/null
    fi
    ;;
  venv)
    python=$2 venv=$3
    shift 3
    [ -x "$venv/bin/python" ] || { echo "making $venv"; "$python" -m venv "$venv"; }
    for file in "$@"; do
      echo "installing into $venv: $file"
      "$venv/bin/pip" install --quiet -r "$file"
    done
    ;;
  *) echo "install.sh: unknown step $1" >&2; exit 2 ;;
esac
