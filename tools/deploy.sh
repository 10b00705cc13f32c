#!/usr/bin/env bash
# Deploys the stage in STAGE: to the local cloud for local and test, else to the caller's own AWS account.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

stage="${STAGE:-local}"
run="$CACHE/run/$stage"

deploy_to_aws() {
  local missing=() variable account region bootstrapped
  for variable in OIDC_ISSUER OIDC_AUDIENCE PAGE_ORIGIN; do
    [[ -n "${!variable:-}" ]] || missing+=("$variable")
  done
  ((${#missing[@]} == 0)) || die "Stage $stage needs ${missing[*]}: whose tokens the API takes, whom they name as audience, and the page's origin. For example: make deploy STAGE=$stage OIDC_ISSUER=https://login.example.org OIDC_AUDIENCE=cuepipe PAGE_ORIGIN=https://captions.example.org"
  read -r account region bootstrapped < <(localstack/control account "$stage") || die "Nothing was deployed."
  [[ "$bootstrapped" == yes ]] || die "Account $account is not prepared for the CDK in $region yet. Prepare it once with: STAGE=$stage tools/cdk.sh bootstrap aws://$account/$region"
  say "deploying cuepipe-$stage to account $account in $region…"
  mkdir -p "$run"
  tools/cdk.sh deploy --outputs-file "$run/outputs.json"
}

deploy_locally() {
  local account region bootstrapped stamp
  mkdir -p "$run"
  read -r account region bootstrapped < <(localstack/control account "$stage") || die "Nothing was deployed."
  if [[ "$bootstrapped" != yes ]]; then
    patiently "preparing LocalStack for the CDK (20 s)" tools/cdk.sh bootstrap "aws://$account/$region"
  fi
  # Nothing changed since it was deployed to this very LocalStack: its process is part of the stamp.
  stamp="$({
    find dist infra cdk.json go.sum -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
    sha256sum "$run/processes.json"
    echo "${PAGE_ORIGIN:-} ${MAX_CONCURRENCY:-} ${SEGMENT_SECONDS:-} ${MODEL:-} ${MODEL_MEMORY:-} ${MODEL_STORAGE:-}"
    echo "${TRANSCRIBE:-} ${AWS_ENDPOINT_URL_TRANSCRIBE:-}"
  } | sha256sum)"
  if [[ -f "$run/stack.json" ]] && stamped "$run" "$stamp"; then return; fi
  patiently "deploying cuepipe-$stage to LocalStack (40 s)" \
    tools/cdk.sh deploy --require-approval never --method direct
  localstack/control describe "$stage" >"$run/stack.json"
  printf '%s\n' "$stamp" >"$run/.stamp"
}

case "$stage" in
local | test) deploy_locally ;;
*) deploy_to_aws ;;
esac
