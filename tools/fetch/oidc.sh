#!/usr/bin/env bash
# Fetches the OpenID Connect provider of the stages on one machine into .cache/oidc, as its lock file says.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

here="$ROOT/tools/fetch/oidc"
target="$CACHE/oidc"
stamp="$(fingerprint "$here/package.json" "$here/package-lock.json")"
if stamped "$target" "$stamp"; then exit 0; fi
lock oidc
if stamped "$target" "$stamp"; then exit 0; fi

need_command npm "Install Node.js 20 or newer with npm: sudo apt-get install nodejs npm"
workspace oidc
cp "$here/package.json" "$here/package-lock.json" "$WORKSPACE/"
patiently "fetching the OpenID Connect provider 9.13.3 (4 MB)" \
  npm ci --prefix "$WORKSPACE" --ignore-scripts --no-audit --no-fund
publish "$WORKSPACE" "$target" "$stamp"
