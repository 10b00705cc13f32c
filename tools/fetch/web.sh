#!/usr/bin/env bash
# Fetches what the page is built with into .cache/web, as its lock file says, and puts it where web/ looks for it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

here="$ROOT/web"
target="$CACHE/web"
# A folder that somebody's own npm made stays; a link of ours is laid anew, since the cache may be elsewhere now.
link() { if [[ -L "$here/node_modules" || ! -e "$here/node_modules" ]]; then ln -sfn "$target/node_modules" "$here/node_modules"; fi; }

stamp="$(fingerprint "$here/package.json" "$here/package-lock.json")"
if ! stamped "$target" "$stamp"; then
  lock web
  if ! stamped "$target" "$stamp"; then
    need_command npm "Install Node.js 20.19 or newer with npm: sudo apt-get install nodejs npm"
    workspace web
    cp "$here/package.json" "$here/package-lock.json" "$WORKSPACE/"
    patiently "fetching what the page is built with (90 MB)" \
      npm ci --prefix "$WORKSPACE" --ignore-scripts --no-audit --no-fund
    publish "$WORKSPACE" "$target" "$stamp"
  fi
fi
link
