#!/usr/bin/env bash
# install.sh apt FILE            installs the Debian packages named in FILE that are missing
# install.sh npm FILE DIR        installs the npm packages named in FILE into DIR (and npm itself, if there is none)
# install.sh go FILE DIR         builds the Go programs named in FILE into DIR (and installs Go, if there is none)
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
  npm)
    if ! command -v npm > /dev/null; then
      as_root apt-get update -qq
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm > /dev/null
    fi
    echo "installing into $3: $2"
    mkdir -p "$3"
    grep -v '^#' "$2" | xargs npm install --prefix "$3" --no-audit --no-fund --no-progress --loglevel=error > /dev/null
    ;;
  go)
    if ! command -v go > /dev/null; then
      as_root apt-get update -qq
      as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-go > /dev/null
    fi
    mkdir -p "$3"
    grep -v '^#' "$2" | while read -r program; do
      echo "building into $3: $program"
      GOBIN=$(cd "$3" && pwd) GOTOOLCHAIN=local go install "$program"
    done
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
