#!/usr/bin/env bash
# make test: everything that can be checked on one machine. Cheap checks first; the last is the whole pipeline, deployed to a
# LocalStack of its own, beside which a make run may go on.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"
lock test
started=$SECONDS
step() { say "[$((SECONDS - started)) s] $*"; }
python="$CACHE/localstack/bin/python"

[[ -d "$CUEPIPE_SPEECH" ]] || die "The recordings that the tests recognise are not in $CUEPIPE_SPEECH. Say where they are: CUEPIPE_SPEECH=folder make test"
tools/fetch.sh
tools/fetch/test-packages.sh
tools/fetch/uppy.sh
tools/build.sh
go build -C integration -o "$ROOT/bin/" ./cmd/faultproxy

step "format"
unformatted="$(gofmt -l $(git ls-files '*.go'))"
[[ -z "$unformatted" ]] || die "Not formatted; run gofmt -w on: $unformatted"
step "vet"
go vet ./...
go vet -C integration ./...
step "staticcheck"
go build -C tools/staticcheck -o "$CACHE/staticcheck" honnef.co/go/tools/cmd/staticcheck
"$CACHE/staticcheck" ./...
(cd integration && "$CACHE/staticcheck" ./...)
step "unit and template tests"
go test ./...
step "the page: types, unit tests, and what it weighs at the first load"
(cd web && npm run build && npm test)
step "the local cloud's own tests"
PYTHONPATH="$ROOT/localstack" PYTHONDONTWRITEBYTECODE=1 "$python" -m pytest -q -p no:cacheprovider localstack/tests
step "lint of the templates"
templates="$CACHE/run/templates"
rm -rf "$templates"
synthesise() {
  local stage all
  # local is like test. Any issuer, audience and origin will do: nothing is deployed. Without them there is a user pool.
  STAGE=dev CDK_VALIDATION=false CDK_OUTDIR="$templates/users" go run ./infra
  for stage in test dev prod; do
    # The CDK's own validation once, of the stage that has everything.
    all=$([[ $stage == prod ]] && echo true || echo false)
    STAGE=$stage CDK_VALIDATION=$all TRANSCRIBE=$all WEBHOOK_URL="$([[ $stage == prod ]] && echo https://example.org/cuepipe)" OIDC_ISSUER=https://login.example.org OIDC_AUDIENCE=cuepipe PAGE_ORIGIN=https://captions.example.org \
      CDK_OUTDIR="$templates/$stage" go run ./infra
  done
}
patiently "synthesising the templates" synthesise
"$CACHE/localstack/bin/cfn-lint" --regions us-east-1 -- "$templates"/*/cuepipe-*.template.json

step "end to end"
export STAGE=test TRANSCRIBE=true WEBHOOK_URL=http://127.0.0.1:4669/webhook # the tests stand in for both
# From an empty state: what an interrupted run may have left is stopped first.
localstack/stop test
trap 'localstack/stop test' EXIT
localstack/start test
tools/deploy.sh
export CUEPIPE_STACK="$CACHE/run/test/stack.json"
# The faults by themselves at last: what they kill and hold up, the others would have to wait for.
(cd integration && go test $(go list ./... | grep -v '/faults$') -count=1 -timeout 20m)
step "the page in a browser"
tools/e2e.sh
step "the API as its document says"
tools/schemathesis.sh
step "end to end, under faults"
(cd integration && go test ./faults -count=1 -timeout 20m)
step "everything passed"
