# Shared by the project's scripts. Source it; it is never run by itself:
#
#   source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
#
# ROOT is the repository, CACHE what was fetched (CUEPIPE_CACHE, or .cache in the repository), DOWNLOADS the raw files in it.
# A fetch script takes a lock, returns at once when its stamp fits, builds in a temporary folder, and publishes it by a
# rename: a folder in the cache is whole or not there.
# shellcheck shell=bash

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
CACHE="${CUEPIPE_CACHE:-$ROOT/.cache}"
# shellcheck disable=SC2034 # for those who source this
DOWNLOADS="$CACHE/downloads"
# Node 20, which Debian's users have, does its work here; that the CDK's makers no longer support it need not be said each time.
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=20 JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION=20 NODE_NO_WARNINGS=1
mkdir -p "$CACHE/downloads" "$CACHE/locks" "$CACHE/logs"

# say TEXT…: one line for the person at the terminal, on standard error, so that standard output stays for results.
say() { printf '%s\n' "$*" >&2; }

# die TEXT…: says what is wrong and what to do, and ends the script.
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# lock NAME: waits until no other script holds NAME, and holds it until this script ends. Two makes may run side by side.
lock() {
  exec 9>"$CACHE/locks/$1"
  if ! flock -n 9; then
    say "waiting for another run that is fetching or building $1…"
    flock 9
  fi
}

# fingerprint FILE…: one checksum over the files' contents, for stamps.
fingerprint() { cat -- "$@" | sha256sum | cut -d' ' -f1; }

# stamped FOLDER STAMP: whether FOLDER was published with STAMP.
stamped() { [[ -f "$1/.stamp" && "$(<"$1/.stamp")" == "$2" ]]; }

# workspace NAME: makes a temporary folder in the cache and puts its path in WORKSPACE; it is removed when the script ends.
workspace() {
  WORKSPACE="$(mktemp -d "$CACHE/.$1.XXXXXX")"
  # shellcheck disable=SC2064 # the path of now, not of then
  trap "rm -rf '$WORKSPACE'" EXIT
}

# publish TEMPORARY FOLDER STAMP: puts a finished folder in its place, instead of the one that may be there.
publish() {
  printf '%s\n' "$3" >"$1/.stamp"
  chmod 755 "$1"
  rm -rf "$2"
  mkdir -p "$(dirname "$2")"
  mv -T "$1" "$2"
}

# patiently WHAT COMMAND…: runs a long command with its output in a log, tells every 15 s that it lives, and how long it
# took. When it fails, the last lines of its output are shown and the script ends.
patiently() {
  local what="$1" log code=0 ticker started=$SECONDS
  shift
  log="$(mktemp "$CACHE/logs/$(tr -cs 'A-Za-z0-9' '-' <<<"${what:0:40}")XXXXXX")"
  say "$what…"
  # The command stays in the foreground, so that Ctrl-C reaches it; what ticks holds neither the locks nor the output.
  (
    exec 8>&- 9>&-
    while sleep 15 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
      say "  still at it, $((SECONDS - started)) s: $what"
    done
  ) &
  ticker=$!
  # Not "$@" || code=$?: behind an || bash ignores set -e, and a function would go on after its first failure.
  set +e
  (
    set -e
    "$@"
  ) >"$log" 2>&1
  code=$?
  set -e
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
  if ((code != 0)); then
    tail -n 30 "$log" >&2
    die "this failed after $((SECONDS - started)) s: $what. Its whole output is in $log."
  fi
  rm -f "$log"
  say "  done in $((SECONDS - started)) s: $what"
}

# need_command COMMAND REMEDY…: ends the script with the remedy when COMMAND is missing.
need_command() {
  local command="$1"
  shift
  command -v "$command" >/dev/null || die "$command is missing. $*"
}

# need_packages PACKAGE…: installs those Debian packages that are missing when it may, and says exactly which otherwise.
need_packages() {
  local missing=() package
  command -v dpkg-query >/dev/null || die "These Debian packages are needed: $*. This system has no dpkg; install their equivalents and see 'make doctor'."
  for package in "$@"; do
    [[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} > 0)) || return 0
  ((EUID == 0)) || die "Debian packages are missing. Install them with: sudo apt-get install ${missing[*]}"
  # One apt-get at a time; fetch scripts run side by side.
  (
    flock 8
    patiently "refreshing the list of Debian packages" apt-get update
    patiently "installing Debian packages: ${missing[*]}" \
      env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
  ) 8>"$CACHE/locks/apt" || die "Debian packages could not be installed. Install them with: sudo apt-get install ${missing[*]}"
}

# has_sha256 SHA256 FILE: whether FILE is there with that checksum.
has_sha256() { [[ -f "$2" && "$(sha256sum -- "$2" | cut -d' ' -f1)" == "$1" ]]; }

# fetch_sha256 SHA256 FILE COMMAND…: sees to it that FILE is there with that checksum. When it is not, COMMAND runs in an empty
# folder and must leave a file of the same name there; 'pip download', 'npm pack', 'mvn dependency:copy' and 'curl -O' do.
fetch_sha256() {
  local sha256="$1" file="$2" folder name found
  shift 2
  if has_sha256 "$sha256" "$file"; then return 0; fi
  name="$(basename "$file")"
  mkdir -p "$(dirname "$file")"
  folder="$(mktemp -d "$CACHE/.fetch.XXXXXX")"
  if ! (cd "$folder" && "$@" >"$folder/.log" 2>&1); then
    tail -n 20 "$folder/.log" >&2
    rm -rf "$folder"
    die "$name could not be fetched. Check the network (a proxy may be needed) and try again."
  fi
  if ! has_sha256 "$sha256" "$folder/$name"; then
    found="$([[ -f "$folder/$name" ]] && sha256sum "$folder/$name" | cut -d' ' -f1 || echo 'no such file')"
    rm -rf "$folder"
    die "$name is not the file that the project was built with: expected SHA-256 $sha256, got $found. Nothing of it was kept."
  fi
  mv "$folder/$name" "$file"
  rm -rf "$folder"
}

# fetch_npm NAME FOLDER WHAT…: sees to it that CACHE/NAME has the packages of FOLDER's lock file, whose own checksums npm verifies.
fetch_npm() {
  local name="$1" folder="$2" target="$CACHE/$1" stamp
  shift 2
  stamp="$(fingerprint "$folder/package.json" "$folder/package-lock.json")"
  if stamped "$target" "$stamp"; then return; fi
  lock "$name"
  if stamped "$target" "$stamp"; then return; fi
  need_command npm "Install Node.js 20.19 or newer with npm: sudo apt-get install nodejs npm"
  workspace "$name"
  cp "$folder/package.json" "$folder/package-lock.json" "$WORKSPACE/"
  patiently "fetching $*" npm ci --prefix "$WORKSPACE" --ignore-scripts --no-audit --no-fund
  publish "$WORKSPACE" "$target" "$stamp"
}
