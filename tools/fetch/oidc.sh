#!/usr/bin/env bash
# Fetches the OpenID Connect provider of the stages on one machine into .cache/oidc, as its lock file says.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fetch_npm oidc "$ROOT/tools/fetch/oidc" "the OpenID Connect provider 9.13.3 (4 MB)"
