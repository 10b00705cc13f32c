#!/usr/bin/env bash
# Fetches Uppy and its S3 plugin into .cache/uppy, as the lock file says. A test uploads by it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

here="$ROOT/tools/fetch/uppy"
target="$CACHE/uppy"
stamp="$(fingerprint "$here/package.json" "$here/package-lock.json")"
if stamped "$target" "$stamp"; then exit 0; fi
lock uppy
if stamped "$target" "$stamp"; then exit 0; fi

need_command npm "Install Node.js 20 or newer with npm: sudo apt-get install nodejs npm"
workspace uppy
cp "$here/package.json" "$here/package-lock.json" "$WORKSPACE/"
patiently "fetching Uppy 5.2.0 and its S3 plugin 5.1.0 (10 MB)" \
  npm ci --prefix "$WORKSPACE" --ignore-scripts --no-audit --no-fund
publish "$WORKSPACE" "$target" "$stamp"
