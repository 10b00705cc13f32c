#!/usr/bin/env bash
# make bench-length: films of 1, 10, 60 and 240 minutes through the pipeline on this machine, and the one of 60 also with one
# transcriber. It takes about an hour on two cores; LENGTHS="1 10" ALONE=10 does it in some minutes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

[[ -f "$CUEPIPE_SPEECH/refs.tsv" ]] || die "The recordings are not in $CUEPIPE_SPEECH. Say where they are: CUEPIPE_SPEECH=folder make bench-length"
tools/fetch/test-packages.sh
tools/build.sh
export STAGE=local
unset MAX_CONCURRENCY # two transcribers at once, as the stage has it
localstack/start local
tools/deploy.sh
export CUEPIPE_STACK="$CACHE/run/local/stack.json"
mkdir -p "$CACHE/bench"
say "films of ${LENGTHS:=1 10 60 240} minutes, one after the other; a film of an hour takes some three minutes…"
go run -C integration ./cmd/bench-length -lengths "$LENGTHS" -alone "${ALONE:-60}" -steps "$CACHE/bench/steps.json"
say "the times of the steps are in $CACHE/bench/steps.json, for: make plan-scale MEASURED=$CACHE/bench/steps.json"
