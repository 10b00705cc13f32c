#!/usr/bin/env bash
# Fetches everything that is pinned, into .cache. What is there already costs a second.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

need_command go "Install Go 1.26: https://go.dev/doc/install"
need_command java "Install Java 17, which DynamoDB Local needs: sudo apt-get install openjdk-17-jre-headless"
need_packages gcc libc6-dev binutils

# The build of ffmpeg takes longest and waits for nothing, so it goes on beside the downloads; in a group of its own, so that it
# ends with this script.
setsid tools/fetch/ffmpeg.sh &
ffmpeg=$!
trap 'kill -- "-$ffmpeg" 2>/dev/null || true' EXIT
tools/fetch/cdk.sh
tools/fetch/oidc.sh
tools/fetch/web.sh
tools/fetch/recogniser.sh
tools/fetch/dynamodb-local.sh
tools/fetch/localstack.sh
wait "$ffmpeg" || die "ffmpeg could not be built; what is wrong is said above."
trap - EXIT
