#!/usr/bin/env bash
# Builds the functions into dist/NAME, each with all that its Lambda package ships, and the programs into bin/.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"
lock build

build() {
  local name
  # Without symbol tables, debug information and a build id: smaller, and the same source makes the same bytes.
  for name in upload videos captioner transcriber deadletter; do
    mkdir -p "dist/$name"
    go build -ldflags='-s -w -buildid=' -o "dist/$name/bootstrap" "./functions/$name"
  done
  go build -o bin/ ./cmd/cuepipe ./localstack/issuer
  # Copied only where they differ, so that a second build touches nothing.
  cp --update --preserve=mode,timestamps "$CACHE/ffmpeg/ffprobe" dist/captioner/
  cp --update --preserve=mode,timestamps "$CACHE/ffmpeg/ffmpeg" dist/transcriber/
  mkdir -p dist/transcriber/recogniser
  cp --update --recursive --preserve=mode,timestamps \
    "$CACHE/recogniser/libonnxruntime.so" "$CACHE/recogniser/moonshine" "$CACHE/recogniser/silero" dist/transcriber/recogniser/
  go run ./tools/packages dist
}

patiently "building the functions and the command line" build
