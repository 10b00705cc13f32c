#!/usr/bin/env bash
# Runs the CDK's command line for the stage in STAGE, against the local cloud for local and test, else with the caller's
# own credentials. Usage: tools/cdk.sh COMMAND…
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

stage="${STAGE:-local}"
output=cdk.out
case "$stage" in
local | test)
  # Made-up credentials, and none of the caller's: nothing of a local stage can reach an account.
  unset AWS_PROFILE AWS_SESSION_TOKEN
  read -r AWS_ENDPOINT_URL OIDC_ISSUER OIDC_AUDIENCE PAGE_ORIGIN < <(localstack/control addresses "$stage")
  export AWS_ENDPOINT_URL OIDC_ISSUER OIDC_AUDIENCE PAGE_ORIGIN \
    AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
  # The CDK's own validation takes ten seconds; make test and every deployment to AWS have it.
  export CDK_VALIDATION=false
  # Two stages may be deployed at once, and the CDK locks its output.
  output="$CACHE/run/$stage/cdk.out"
  ;;
esac
export CDK_DISABLE_CLI_TELEMETRY=true
# A bootstrap needs no app, and the CDK would synthesise the one that cdk.json names: it runs where there is none.
if [[ "${1:-}" == bootstrap ]]; then cd "$CACHE/cdk"; fi
exec "$CACHE/cdk/node_modules/.bin/cdk" --no-notices --output "$output" "$@"
