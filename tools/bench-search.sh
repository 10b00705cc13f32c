#!/usr/bin/env bash
# make bench-search: searches of an owner with a thousand videos, in a process and, unless MEMORY=1, on what make run has deployed.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

where=()
if [[ -z "${MEMORY:-}" ]]; then
  export CUEPIPE_STACK="$CACHE/run/${STAGE:-local}/stack.json"
  [[ -f "$CUEPIPE_STACK" ]] || die "Nothing is deployed on this machine. Deploy it with: make run. Or measure in memory alone: make bench-search MEMORY=1"
  where=(-deployed)
fi
go run -C integration ./cmd/bench-search -text "$ROOT/docs" "${where[@]}" "$@"
