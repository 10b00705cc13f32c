#!/usr/bin/env bash
# Deletes the stack of the stage in STAGE. A stage that keeps nothing has its buckets emptied first, since AWS deletes no
# bucket that holds something.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/fetch/lib.sh"
cd "$ROOT"

stage="${STAGE:-local}"
if [[ "$stage" == prod ]]; then
  say "Stage prod keeps its buckets, its table and its users; delete them by hand once you are sure."
else
  if [[ "${CONFIRM:-}" != "cuepipe-$stage" ]]; then
    say "This deletes cuepipe-$stage with every video and all captions in it. Type its name to go on:"
    read -r answer || answer=
    [[ "$answer" == "cuepipe-$stage" ]] || die "Nothing was deleted."
  fi
  localstack/control empty "$stage"
fi
# The template is made once more to name the stack; what stands in it does not matter any more.
tools/cdk.sh destroy --force
rm -f "$CACHE/run/$stage/.stamp" # it is not deployed any more
