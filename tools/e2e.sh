#!/usr/bin/env bash
# make e2e: uses the page in a real browser, against the stage in STAGE that is deployed on this machine. Arguments are files of
# tests in web/e2e; none is all.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

stage="${STAGE:-local}"
export CUEPIPE_STACK="$CACHE/run/$stage/stack.json" CUEPIPE_CACHE="$CACHE" CUEPIPE_SPEECH="${CUEPIPE_SPEECH:-$ROOT/../shared/speech}"
[[ -f "$CUEPIPE_STACK" ]] || die "Nothing is deployed to stage $stage on this machine. Deploy it with: make run"
[[ -d "$CUEPIPE_SPEECH" ]] || die "The recordings that are spoken in the films are not in $CUEPIPE_SPEECH. Say where they are: CUEPIPE_SPEECH=folder make e2e"
page="$(localstack/control output "$stage" PageUrl)"
curl --silent --fail --output /dev/null "$page" || die "The page at $page does not answer. Start it with: make run"
tools/fetch/e2e.sh
rm -rf "$CACHE/run/$stage/screenshots"

cd web/e2e
if (($# == 0)); then set -- *.test.mjs; fi
# One file after the other: what they wait for takes the whole machine.
node --test --test-reporter=spec --test-concurrency=1 ${TESTS:+--test-name-pattern="$TESTS"} "$@"
say "screenshots: $CACHE/run/$stage/screenshots"
