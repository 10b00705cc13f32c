#!/usr/bin/env bash
# Builds the child process for models of sherpa-onnx, and puts it with its library into a FOLDER beside the libonnxruntime.so that
# is there: the recogniser's, which comes from the same module. Usage: tools/sherpa.sh FOLDER
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"
folder="$1"

[[ -f "$folder/libonnxruntime.so" ]] || die "There is no libonnxruntime.so in $folder: sherpa-onnx needs the recogniser's beside it."
# What the linker writes down of where the library lies is a path of this machine; the program shall look beside itself.
go build -ldflags='-s -w -buildid=' -o "$folder/sherpa" ./cmd/sherpa
go run ./tools/runpath "$folder/sherpa"
strip --strip-unneeded -o "$folder/libsherpa-onnx-c-api.so" \
  "$(go list -m -f '{{.Dir}}' github.com/k2-fsa/sherpa-onnx-go-linux)/lib/x86_64-unknown-linux-gnu/libsherpa-onnx-c-api.so"
chmod 755 "$folder/sherpa" "$folder/libsherpa-onnx-c-api.so"
