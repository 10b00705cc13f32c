#!/usr/bin/env bash
# make spike N=10000: so many tiny videos at once, through the pipeline on this machine with four transcribers.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

[[ -f "$CUEPIPE_SPEECH/refs.tsv" ]] || die "The recordings are not in $CUEPIPE_SPEECH. Say where they are: CUEPIPE_SPEECH=folder make spike"
tools/fetch/test-packages.sh
tools/build.sh
export STAGE=local MAX_CONCURRENCY=4 # as in a new account
localstack/start local
tools/deploy.sh
export CUEPIPE_STACK="$CACHE/run/local/stack.json"
mkdir -p "$CACHE/bench"
go run -C integration ./cmd/spike -n "${N:-10000}" -clients "${CLIENTS:-8}" -limit "${LIMIT:-2h}" -plot "$CACHE/bench/spike.svg"
say "the plot is $CACHE/bench/spike.svg"
