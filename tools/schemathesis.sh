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
# Its working folder gets a cache of what failed.
mkdir -p "$CACHE/run/$stage/schemathesis"
cd "$CACHE/run/$stage/schemathesis"
exec "$CACHE/schemathesis/bin/python" -m schemathesis.cli --config-file "$ROOT/tools/schemathesis/schemathesis.toml" \
  run "$ROOT/docs/openapi.yaml" --url "$api/v1" --seed "${SEED:-1}" --max-examples 15 --continue-on-failure "$@"
