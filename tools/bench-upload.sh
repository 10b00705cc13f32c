#!/usr/bin/env bash
# make bench-upload: a film of 2 GiB by the command line to what make run has deployed, with connections cut and one interruption.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

export CUEPIPE_STACK="${CUEPIPE_STACK:-$CACHE/run/local/stack.json}"
[[ -f "$CUEPIPE_STACK" ]] || die "Nothing is deployed on this machine. Deploy it with: make run"
[[ -x bin/cuepipe ]] || die "bin/cuepipe is not built yet. Build it with: make build"
tools/fetch/test-packages.sh
go run -C integration ./cmd/bench-upload -program "$ROOT/bin/cuepipe" -size "${SIZE:-2147483648}"
