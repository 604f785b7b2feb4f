#!/usr/bin/env bash
# Pin every package with its hashes. Needs `uv` (pip install uv); the result is installed with pip alone.
set -euo pipefail
cd "$(dirname "$0")"
compile() { uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header "$@"; }
pictures=$(mktemp)
trap 'rm -f "$pictures"' EXIT
compile --no-deps pictures.in -o "$pictures"
for name in run dev; do
    compile "$name.in" -o "$name.lock"
    cat "$pictures" >>"$name.lock"
done
compile peers.in -o peers.lock
