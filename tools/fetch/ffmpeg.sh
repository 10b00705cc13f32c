#!/usr/bin/env bash
# Builds the ffmpeg and ffprobe that go into the Lambda packages: Debian's source with Debian's patches, static, and
# with only the formats that are admitted (ffmpeg/configure.txt). docs/adr/0003-ffmpeg.md says why it is built here.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

VERSION="5.1.9-0+deb12u1"
RELEASE="bookworm"
PARTS="$ROOT/tools/fetch/ffmpeg"

STAMP="$(fingerprint "${BASH_SOURCE[0]}" "$PARTS/configure.txt" "$PARTS/SHA256SUMS")"
stamped "$CACHE/ffmpeg" "$STAMP" && exit 0
lock ffmpeg
stamped "$CACHE/ffmpeg" "$STAMP" && exit 0
need_packages musl-tools dpkg-dev xz-utils make nasm
workspace ffmpeg

# apt with lists of its own, so that the machine's own configuration stays as it is. Proxies, mirrors and credentials
# are the machine's; only packages signed by Debian's own keys are taken. It needs no root.
private_apt() {
  apt-get -q -o Dir::Etc::sourcelist="$WORKSPACE/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::State::lists="$WORKSPACE/apt/lists" -o Dir::Cache="$WORKSPACE/apt/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}

# The machine's own archives of the release, as archives of sources.
source_archives() {
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v release="$RELEASE" '$2 ~ "^" release "(-updates|-security)?$" && $3 == "main" && !seen[$0]++ {
      print "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]", $1, $2, $3 }'
}

# Leaves the files of the source package in the workspace: the pinned version, or the revision that took its place.
# The functions that run under 'patiently' chain with &&: a shell does not stop at errors there.
download() (
  cd "$WORKSPACE" && private_apt update || return
  if private_apt source --download-only "ffmpeg=7:$VERSION"; then
    sha256sum --check --strict "$PARTS/SHA256SUMS"
  else
    private_apt source --download-only ffmpeg
  fi
)

unpack() {
  dpkg-source --no-check -x "$WORKSPACE"/ffmpeg_*.dsc "$WORKSPACE/source"
}

build() (
  mapfile -t arguments < <(grep -v -e '^#' -e '^$' "$PARTS/configure.txt")
  mkdir "$WORKSPACE/build" && cd "$WORKSPACE/build" &&
    ../source/configure "${arguments[@]}" --extra-version="${FOUND#*-}" &&
    make -j"$(nproc)" ffmpeg ffprobe &&
    strip ffmpeg ffprobe
)

mkdir -p "$WORKSPACE/apt/lists/partial" "$WORKSPACE/apt/cache/archives/partial"
source_archives >"$WORKSPACE/apt/sources.list"
[[ -s "$WORKSPACE/apt/sources.list" ]] ||
  die "ffmpeg is built from the source package of Debian $RELEASE, and this machine's apt knows no archive of that. Build on Debian 12, or add an archive of Debian $RELEASE to apt's sources and run apt-get update."
patiently "fetching the source of ffmpeg $VERSION from Debian's archive" download
FOUND="$(awk '/^Version:/ { sub(/^[0-9]+:/, "", $2); print $2; exit }' "$WORKSPACE"/ffmpeg_*.dsc)"
case "$FOUND" in
  "$VERSION") ;;
  5.1.*) say "note: Debian's archive has replaced ffmpeg $VERSION by $FOUND, which is signed by Debian and built instead. Pin it: VERSION in ${BASH_SOURCE[0]##*/} and $PARTS/SHA256SUMS." ;;
  *) die "Debian's archive has ffmpeg $FOUND instead of $VERSION, which Cuepipe was not tried with. Update VERSION in tools/fetch/ffmpeg.sh after running its tests." ;;
esac
patiently "unpacking and patching it" unpack
patiently "building ffmpeg $FOUND with the admitted formats only (one to three minutes)" build

mkdir "$WORKSPACE/out"
cp "$WORKSPACE"/build/{ffmpeg,ffprobe} "$WORKSPACE/out/"
"$WORKSPACE/out/ffmpeg" -hide_banner -version >"$WORKSPACE/out/VERSION"
cp "$WORKSPACE/source/COPYING.LGPLv2.1" "$WORKSPACE/out/"
publish "$WORKSPACE/out" "$CACHE/ffmpeg" "$STAMP"
say "ffmpeg $FOUND is in $CACHE/ffmpeg"
