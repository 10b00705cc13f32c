#!/usr/bin/env bash
# make bench-upload-browser: uploads a large file by the page in a real browser while connections break, against the stage in STAGE.
# The argument is its size in GiB, 2 where it is left out.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

stage="${STAGE:-local}"
export CUEPIPE_STACK="$CACHE/run/$stage/stack.json" CUEPIPE_CACHE="$CACHE" CUEPIPE_SPEECH="${CUEPIPE_SPEECH:-$ROOT/../shared/speech}"
[[ -f "$CUEPIPE_STACK" ]] || die "Nothing is deployed to stage $stage on this machine. Deploy it with: make run"
tools/fetch/e2e.sh
node web/e2e/bench/upload.mjs "$@"
