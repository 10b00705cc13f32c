#!/usr/bin/env bash
# make bench-api: 50 requests at once for half a minute against the API's handlers in a process, and against those that make run
# has deployed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

stage="${STAGE:-local}"
export CUEPIPE_STACK="$CACHE/run/$stage/stack.json"
[[ -f "$CUEPIPE_STACK" ]] || die "Nothing is deployed on this machine. Deploy it with: make run"
go run -C integration ./cmd/bench-api -film "$ROOT/samples/sample.mp4" "$@"
