#!/usr/bin/env bash
# make bench-pipeline: one film of a minute 20 times through the pipeline that make run has deployed, after one of 15 minutes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

export CUEPIPE_STACK="$CACHE/run/local/stack.json"
[[ -f "$CUEPIPE_STACK" ]] || die "Nothing is deployed on this machine. Deploy it with: make run"
[[ -f "$CUEPIPE_SPEECH/sonnet001.mp3" ]] || die "The recordings are not in $CUEPIPE_SPEECH. Say where they are: CUEPIPE_SPEECH=folder make bench-pipeline"
tools/fetch/test-packages.sh
workspace bench

# film SECONDS FILE: the recording, again and again for so long, with a drawn picture.
film() {
  ffmpeg -v error -nostdin -f lavfi -i color=c=navy:s=640x360:r=25 -stream_loop -1 -i "$CUEPIPE_SPEECH/sonnet001.mp3" \
    -map 0:v -map 1:a -t "$1" -c:v libx264 -preset ultrafast -c:a aac "$2"
}
say "making a film of a minute and one of 15 minutes…"
film 60 "$WORKSPACE/minute.mp4"
film 900 "$WORKSPACE/quarter.mp4"
go run -C integration ./cmd/bench-pipeline -film "$WORKSPACE/minute.mp4" -long "$WORKSPACE/quarter.mp4"
