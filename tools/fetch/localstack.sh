#!/usr/bin/env bash
# Fetches LocalStack into .cache/localstack, a Python environment of its own, from pinned versions and hashes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

here="$ROOT/tools/fetch/localstack"
target="$CACHE/localstack"

# Python 3.11, which Debian 12 has: LocalStack 4.10 and later want a newer one, and 4.9.2 was not tried with any other.
find_python() {
  local candidate
  for candidate in python3.11 /usr/bin/python3.11 python3; do
    if [[ "$("$candidate" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" == 3.11 ]]; then
      command -v "$candidate"
      return
    fi
  done
  die "Python 3.11 is missing, and LocalStack 4.9.2 needs this very version. On Debian 12: sudo apt-get install python3.11 python3.11-venv"
}

python="$(find_python)"
stamp="$(fingerprint "$here/build-requirements.txt" "$here/requirements.txt") $("$python" --version) $target"
if stamped "$target" "$stamp"; then exit 0; fi
lock localstack
if stamped "$target" "$stamp"; then exit 0; fi

# Debian keeps the part of Python that makes environments in a package of its own.
"$python" -c 'import ensurepip' 2>/dev/null || need_packages python3.11-venv

workspace localstack
install() {
  "$python" -m venv "$WORKSPACE"
  "$WORKSPACE/bin/python" -m pip install --disable-pip-version-check --require-hashes --no-deps -r "$here/build-requirements.txt"
  "$WORKSPACE/bin/python" -m pip install --disable-pip-version-check --require-hashes --no-deps --no-build-isolation \
    --no-compile -r "$here/requirements.txt"
  # Compiled by all cores at once, instead of by pip one file after the other.
  "$WORKSPACE/bin/python" -m compileall -q -j 0 "$WORKSPACE/lib" || true # some packages ship templates that are not Python
  # The programs name their interpreter by its full path, and the folder is about to be moved.
  grep -rlIF "#!$WORKSPACE/" "$WORKSPACE/bin" | xargs sed -i "1s|$WORKSPACE|$target|"
}
patiently "fetching LocalStack 4.9.2 and what it runs on (about 500 MB, 90 s)" install
publish "$WORKSPACE" "$target" "$stamp"
