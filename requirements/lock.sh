#!/usr/bin/env bash
# Pin every package with its hashes. Needs `uv` (pip install uv); the result is installed with pip alone.
set -euo pipefail
cd "$(dirname "$0")"
compile() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header "$@"; }
files=$(mktemp)
trap 'rm -f "$files"' EXIT
compile --no-deps files.in -o "$files"
for name in run dev; do
    compile "$name.in" -o "$name.lock"
    cat "$files" >>"$name.lock"
done
compile peers.in -o peers.lock
compile --no-deps face-recognition.in -o face-recognition.lock
