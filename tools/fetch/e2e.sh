#!/usr/bin/env bash
# Fetches what the test of the page needs: Debian's Chromium and ffmpeg, and what drives Chromium into .cache/e2e, as its lock file
# says. The packages are put where web/e2e looks for them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_packages chromium ffmpeg
here="$ROOT/web/e2e"
target="$CACHE/e2e"
link() { ln -sfn "$target/node_modules" "$here/node_modules"; }

stamp="$(fingerprint "$here/package.json" "$here/package-lock.json")"
if ! stamped "$target" "$stamp"; then
  lock e2e
  if ! stamped "$target" "$stamp"; then
    need_command npm "Install Node.js 20 or newer with npm: sudo apt-get install nodejs npm"
    workspace e2e
    cp "$here/package.json" "$here/package-lock.json" "$WORKSPACE/"
    patiently "fetching what drives the browser (13 MB)" \
      npm ci --prefix "$WORKSPACE" --ignore-scripts --no-audit --no-fund
    publish "$WORKSPACE" "$target" "$stamp"
  fi
fi
link
