#!/usr/bin/env bash
# Installs what only the tests and the making of the sample need: Debian's own ffmpeg, which can encode every format
# that the project's ffmpeg must be able to read; and what the examples of docs/uploads.md use.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_packages ffmpeg curl jq
