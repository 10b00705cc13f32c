#!/usr/bin/env bash
# Fetches the AWS CDK command line into .cache/cdk, as its lock file says.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

fetch_npm cdk "$ROOT/tools/fetch/cdk" "the AWS CDK command line 2.1148.1 (40 MB)"
