#!/usr/bin/env bash
# Builds the functions into dist/NAME, each with all that its Lambda package ships, the page for the function web, and the programs
# into bin/. With MODEL, which is s3://bucket/folder or a folder, the transcriber's package also has what runs models of sherpa-onnx,
# and that folder.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"
lock build

model="${MODEL:-}"
[[ -z "$model" || "$model" == s3://* || -d "$model" ]] || die "MODEL is $model, and there is no such folder. Give a folder, or s3://bucket/folder; docs/models.md says what may be in it."

# Without a build id Go links anew each time, so it is not asked when nothing changed.
stamp="$({
  go version
  find LICENSE NOTICE licenses cmd functions internal localstack/issuer tools/build.sh tools/sherpa.sh tools/runpath tools/packages docs/openapi.yaml go.mod go.sum -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -not -path 'web/e2e/*' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
  cat "$CACHE/ffmpeg/.stamp" "$CACHE/recogniser/.stamp"
  if [[ -d "$model" ]]; then
    basename "$model"
    (cd "$model" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
  else
    echo "model: ${model:+fetched}"
  fi
} | sha256sum)"
if stamped dist "$stamp" && [[ -x bin/cuepipe && -x bin/issuer ]]; then exit 0; fi

workspace build
# The page, as the function web serves it: index.html, assets/ and the API's description.
page() {
  local to="$WORKSPACE/web/page"
  mkdir -p "$to"
  (cd web && npm run build)
  cp -r web/dist/. "$to/"
  cp docs/openapi.yaml "$to/"
}
build() {
  local name
  # Without symbol tables, debug information and a build id: smaller, and the same source makes the same bytes.
  for name in upload videos search captioner transcriber deadletter sweeper web notifier; do
    mkdir "$WORKSPACE/$name"
    go build -ldflags='-s -w -buildid=' -o "$WORKSPACE/$name/bootstrap" "./functions/$name"
    cp -r LICENSE NOTICE licenses "$WORKSPACE/$name/"
  done
  page
  go build -o bin/ ./cmd/cuepipe ./localstack/issuer
  cp "$CACHE/ffmpeg/ffprobe" "$WORKSPACE/captioner/"
  cp "$CACHE/ffmpeg/ffmpeg" "$WORKSPACE/transcriber/"
  mkdir "$WORKSPACE/transcriber/recogniser"
  cp -r "$CACHE"/recogniser/* "$WORKSPACE/transcriber/recogniser/"
  if [[ -n "$model" ]]; then tools/sherpa.sh "$WORKSPACE/transcriber/recogniser"; fi
  if [[ -d "$model" ]]; then
    mkdir "$WORKSPACE/transcriber/models"
    cp -rL "$model" "$WORKSPACE/transcriber/models/$(basename "$model")"
  fi
  go run ./tools/packages "$WORKSPACE"
}
patiently "building the functions, the page and the command line" build
publish "$WORKSPACE" dist "$stamp"
