#!/usr/bin/env bash
# Deploys the stage in STAGE: to the local cloud for local and test, else to the caller's own AWS account.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

stage="${STAGE:-local}"
run="$CACHE/run/$stage"

deploy_to_aws() {
  local account region bootstrapped
  read -r account region bootstrapped < <(localstack/control account "$stage") || die "Nothing was deployed."
  [[ "$bootstrapped" == yes ]] || die "Account $account is not prepared for the CDK in $region yet. Prepare it once with: STAGE=$stage tools/cdk.sh bootstrap aws://$account/$region"
  # It has to be there when the notifier starts. CloudFormation cannot make it, and would keep what it made readable.
  if [[ -n "${WEBHOOK_URL:-}" ]]; then localstack/control secret "$stage" || die "Nothing was deployed."; fi
  say "deploying cuepipe-$stage to account $account in $region…"
  mkdir -p "$run"
  tools/cdk.sh deploy --outputs-file "$run/outputs.json"
  say "page: $(localstack/control output "$stage" PageUrl)"
  if [[ -z "${OIDC_ISSUER:-}" ]]; then
    say "Nobody can log in yet. Add people, each by an address that a first password is sent to:"
    say "  aws cognito-idp admin-create-user --user-pool-id $(localstack/control output "$stage" UserPoolId) --username somebody@example.org"
  fi
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
    echo "${PAGE_ORIGIN:-} ${OIDC_SCOPES:-} ${MAX_CONCURRENCY:-} ${SEGMENT_SECONDS:-} ${MODEL:-} ${MODEL_MEMORY:-} ${MODEL_STORAGE:-}"
    echo "${TRANSCRIBE:-} ${AWS_ENDPOINT_URL_TRANSCRIBE:-} ${WEBHOOK_URL:-}"
  } | sha256sum)"
  if [[ -f "$run/stack.json" ]] && stamped "$run" "$stamp"; then return; fi
  if [[ -n "${WEBHOOK_URL:-}" ]]; then localstack/control secret "$stage" || die "Nothing was deployed."; fi
  patiently "deploying cuepipe-$stage to LocalStack (40 s)" \
    tools/cdk.sh deploy --require-approval never --method direct
  localstack/control describe "$stage" >"$run/stack.json"
  printf '%s\n' "$stamp" >"$run/.stamp"
}

case "$stage" in
local | test) deploy_locally ;;
*) deploy_to_aws ;;
esac
