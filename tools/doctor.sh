#!/usr/bin/env bash
# make doctor: one line for each thing that is missing on this machine, with the remedy. Ends with 1 when there is one.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"

missing=0
lacks() {
  missing=1
  echo "missing: $*"
}
# has WHAT COMMAND REMEDY…
has() {
  local what="$1" command="$2"
  shift 2
  command -v "$command" >/dev/null || lacks "$what. $*"
}
# at_least VERSION WANTED: whether VERSION is at least WANTED.
at_least() { [[ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" == "$2" ]]; }

[[ "$(uname -sm)" == "Linux x86_64" ]] || lacks "Linux on x86-64; this is $(uname -sm). ffmpeg, ONNX Runtime and DynamoDB Local come for that only."
if go="$(go env GOVERSION 2>/dev/null)"; then
  at_least "${go#go}" 1.26 || lacks "Go 1.26; this is $go. https://go.dev/doc/install"
else
  lacks "Go 1.26. https://go.dev/doc/install"
fi
if ! python3.11 --version >/dev/null 2>&1 && [[ "$(python3 -c 'import sys; print(sys.version_info[:2])' 2>/dev/null)" != "(3, 11)" ]]; then
  lacks "Python 3.11. sudo apt-get install python3.11 python3.11-venv"
fi
if java="$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')" && [[ -n "$java" ]]; then
  at_least "$java" 17 || lacks "Java 17; this is $java. sudo apt-get install openjdk-17-jre-headless"
else
  lacks "Java 17. sudo apt-get install openjdk-17-jre-headless"
fi
if node="$(node --version 2>/dev/null)"; then
  at_least "${node#v}" 20 || lacks "Node.js 20; this is $node. https://nodejs.org"
else
  lacks "Node.js 20. https://nodejs.org"
fi
has npm npm "It comes with Node.js: https://nodejs.org"
has Maven mvn "sudo apt-get install maven"
has "a C compiler" gcc "sudo apt-get install gcc libc6-dev"
has make make "sudo apt-get install make"
has setpriv setpriv "sudo apt-get install util-linux"
has flock flock "sudo apt-get install util-linux"
if [[ "${LOCAL:-}" == docker ]]; then
  docker compose version >/dev/null 2>&1 || lacks "Docker with its compose plugin. https://docs.docker.com/engine/install/debian"
fi

for part in localstack dynamodb-local cdk oidc web recogniser ffmpeg; do
  [[ -f "$CACHE/$part/.stamp" ]] || lacks "$part in $CACHE. make fetch"
done
for name in upload videos search captioner transcriber deadletter sweeper web notifier; do
  [[ -x "$ROOT/dist/$name/bootstrap" ]] || lacks "the built function $name. make build"
done
for name in cuepipe issuer; do
  [[ -x "$ROOT/bin/$name" ]] || lacks "the built program $name. make build"
done
free=$(($(df --output=avail -k "$CACHE" | tail -n 1) / 1024))
((free > 3000)) || lacks "room: $free MB are free for $CACHE, and 3000 are needed."

((missing == 0)) && echo "nothing is missing"
exit "$missing"
