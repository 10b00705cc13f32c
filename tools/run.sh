#!/usr/bin/env bash
# make run: brings up everything that is needed on this machine, and captions one video through it. Usage: tools/run.sh VIDEO
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"

video="$(realpath -m -- "$1")"
[[ -f "$video" ]] || die "$1 is not a file. Give one with: make run VIDEO=path"
cd "$ROOT"
tools/fetch.sh
tools/build.sh
export STAGE=local
localstack/start local
# Whatever fails from here on: when it is because LocalStack is gone, that is said, too.
trap 'localstack/status local >/dev/null || say "What LocalStack said at last is in $CACHE/run/local/logs/localstack.log"' ERR
tools/deploy.sh

run="$CACHE/run/local"
name="$(basename "$video")"
captions="$run/captions/${name%.*}.vtt"
mkdir -p "$run/captions"
CUEPIPE_API="$(localstack/control output local ApiUrl)"
read -r _ issuer _ _ < <(localstack/control addresses local)
CUEPIPE_TOKEN="$(bin/issuer token --dir "$CACHE/run/issuer" --issuer "$issuer" --user alice)"
export CUEPIPE_API CUEPIPE_TOKEN
bin/cuepipe caption "$video" --output "$captions"
cat "$captions"
echo
say "Log in to the page as alice, by the password down-the-rabbit-hole, or as bob, by another-lump-of-coal."
echo "captions: $captions"
echo "api: $CUEPIPE_API"
echo "page: $(localstack/control output local PageUrl)"
