#!/usr/bin/env bash
# Fetches Schemathesis into .cache/schemathesis, a Python environment of its own. Only make test needs it.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

requirements="$ROOT/tools/fetch/schemathesis/requirements.txt"
target="$CACHE/schemathesis"
stamp="$(fingerprint "${BASH_SOURCE[0]}" "$requirements") $target"
if stamped "$target" "$stamp"; then exit 0; fi
lock schemathesis
if stamped "$target" "$stamp"; then exit 0; fi

# LocalStack's environment has the Python 3.11 that these versions are pinned for.
python="$CACHE/localstack/bin/python"
[[ -x "$python" ]] || die "LocalStack's Python is not in $CACHE yet. Fetch it first with: make fetch"
workspace schemathesis
install() {
  "$python" -m venv "$WORKSPACE" &&
    "$WORKSPACE/bin/python" -m pip install --disable-pip-version-check --require-hashes --no-deps --no-compile -r "$requirements"
}
patiently "fetching Schemathesis 4.32.5 (60 MB)" install
publish "$WORKSPACE" "$target" "$stamp"
