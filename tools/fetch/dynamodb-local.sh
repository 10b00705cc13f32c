#!/usr/bin/env bash
# Fetches DynamoDB Local into .cache/dynamodb-local: the jars that its pom names, each checked against SHA256SUMS.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

here="$ROOT/tools/fetch/dynamodb-local"
target="$CACHE/dynamodb-local"
stamp="$(fingerprint "$here/SHA256SUMS")"
if stamped "$target" "$stamp"; then exit 0; fi
lock dynamodb-local
if stamped "$target" "$stamp"; then exit 0; fi

need_command mvn "Install Maven: sudo apt-get install maven"
workspace dynamodb-local
patiently "fetching DynamoDB Local 2.6.1 (51 MB, 45 s)" \
  mvn --batch-mode --file "$here/pom.xml" org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies \
  -DoutputDirectory="$WORKSPACE"
# Neither less nor more than the list: a jar that is not on it would be on the class path all the same.
if ! (cd "$WORKSPACE" && sha256sum --check --quiet "$here/SHA256SUMS" && diff <(awk '{print $2}' "$here/SHA256SUMS") <(LC_ALL=C ls)) >&2; then
  die "DynamoDB Local came with other files than the project was built with. Nothing of it was kept; see $here/SHA256SUMS."
fi
publish "$WORKSPACE" "$target" "$stamp"
