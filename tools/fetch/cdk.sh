#!/usr/bin/env bash
# Fetches the AWS CDK command line into .cache/cdk, as its lock file says.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

here="$ROOT/tools/fetch/cdk"
target="$CACHE/cdk"
stamp="$(fingerprint "$here/package.json" "$here/package-lock.json")"
if stamped "$target" "$stamp"; then exit 0; fi
lock cdk
if stamped "$target" "$stamp"; then exit 0; fi

need_command npm "Install Node.js 20 or newer with npm: sudo apt-get install nodejs npm"
workspace cdk
cp "$here/package.json" "$here/package-lock.json" "$WORKSPACE/"
patiently "fetching the AWS CDK command line 2.1148.1 (40 MB)" \
  npm ci --prefix "$WORKSPACE" --ignore-scripts --no-audit --no-fund
publish "$WORKSPACE" "$target" "$stamp"
