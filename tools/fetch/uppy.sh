#!/usr/bin/env bash
# Fetches Uppy and its S3 plugin into .cache/uppy, as the lock file says. A test uploads by it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fetch_npm uppy "$ROOT/tools/fetch/uppy" "Uppy 5.2.0 and its S3 plugin 5.1.0 (10 MB)"
