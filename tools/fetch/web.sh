#!/usr/bin/env bash
# Fetches what the page is built with into .cache/web, as its lock file says, and puts it where web/ looks for it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fetch_npm web "$ROOT/web" "what the page is built with (90 MB)"
# A folder that somebody's own npm made stays; a link of ours is laid anew, since the cache may be elsewhere now.
packages="$ROOT/web/node_modules"
if [[ -L "$packages" || ! -e "$packages" ]]; then ln -sfn "$CACHE/web/node_modules" "$packages"; fi
