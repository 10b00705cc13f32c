#!/usr/bin/env bash
# Fetches what the test of the page needs: Debian's Chromium and ffmpeg, and what drives Chromium into .cache/e2e, as its lock file
# says. The packages are put where web/e2e looks for them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_packages chromium ffmpeg
fetch_npm e2e "$ROOT/web/e2e" "what drives the browser (13 MB)"
ln -sfn "$CACHE/e2e/node_modules" "$ROOT/web/e2e/node_modules"
