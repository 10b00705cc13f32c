#!/usr/bin/env bash
# Calls the deployed API in every way that its document allows and forbids, with Schemathesis: a failure is an answer that is
# not in docs/openapi.yaml, a request that should have been refused, or one that should not. Usage: tools/schemathesis.sh [OPTION…]
# Needs a running stage, STAGE. SEED=n repeats a run.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

stage="${STAGE:-test}"
tools/fetch/schemathesis.sh
api="$(localstack/control output "$stage" ApiUrl)"
read -r _ issuer _ _ < <(localstack/control addresses "$stage")
CUEPIPE_TOKEN="$(bin/issuer token --dir "$CACHE/run/issuer" --issuer "$issuer" --user "schemathesis-$$")"
export CUEPIPE_TOKEN
say "captioning a video for it…"
CUEPIPE_VIDEO="$(bin/cuepipe --api "$api" caption --json --force --output "$CACHE/run/$stage/schemathesis.vtt" samples/sample.mp4 | sed -n 's/.*"type":"result","id":"\([a-z2-7]*\)".*/\1/p')"
[[ -n "$CUEPIPE_VIDEO" ]] || die "The sample could not be captioned, so that there is nothing to ask for."
export CUEPIPE_VIDEO
# Its working folder gets a cache of what failed.
folder="$CACHE/run/$stage/schemathesis"
mkdir -p "$folder"
cat tools/schemathesis/{schemathesis,known-video}.toml >"$folder/known-video.toml"
cd "$folder"
schemathesis() {
  local config="$1"
  shift
  "$CACHE/schemathesis/bin/python" -m schemathesis.cli --config-file "$config" \
    run "$ROOT/docs/openapi.yaml" --url "$api/v1" --seed "${SEED:-1}" --max-examples 15 --continue-on-failure --warnings off "$@"
}
schemathesis known-video.toml --phases examples,coverage,fuzzing "$@"
# One call after the other, with what the one before answered: this makes videos of its own, and deletes them.
schemathesis "$ROOT/tools/schemathesis/schemathesis.toml" --phases stateful "$@"
