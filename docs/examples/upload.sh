#!/usr/bin/env bash
# Uploads a film and waits for its captions: upload.sh FILE TYPE, with the API's address in API and a token in TOKEN.
# With a video's id in ID it goes on with an upload of that file that was broken off. It needs curl and jq.
set -euo pipefail
file=$1 type=$2

# The token comes from a file, since everybody on a machine may see the arguments of a command.
call() { curl -sS --fail-with-body -H @<(printf 'Authorization: Bearer %s' "$TOKEN") -H 'Content-Type: application/json' "$@"; }

# Everything of S3's answer but a failure is of no interest.
send() { curl -sS --fail --retry 5 --output /dev/null "$@"; }

if [[ -n "${ID:-}" ]]; then
  video=$(call "$API/v1/videos/$ID")
else
  video=$(call "$API/v1/videos" -d "$(jq -n --arg name "$(basename "$file")" --arg type "$type" --argjson size "$(wc -c <"$file")" \
    '{filename: $name, size: $size, contentType: $type}')")
fi
id=$(jq -r .id <<<"$video")
echo "$id"

if [[ $(jq -r .upload.kind <<<"$video") == put ]]; then
  headers=()
  while IFS= read -r header; do headers+=(-H "$header"); done < <(jq -r '.upload.headers | to_entries[] | "\(.key): \(.value)"' <<<"$video")
  send "${headers[@]}" -T "$file" "$(jq -r .upload.url <<<"$video")"
else
  mib=$(($(jq .upload.partSize <<<"$video") / 1048576)) # of each part but the last: it is a whole number
  arrived=" " after=
  until [[ $after == null ]]; do
    page=$(call "$API/v1/videos/$id/parts${after:+?after=$after}")
    arrived+="$(jq -r '[.parts[].number | tostring] | join(" ")' <<<"$page") "
    after=$(jq .next <<<"$page")
  done
  part=$(mktemp)
  trap 'rm -f "$part"' EXIT
  for ((n = 1; n <= $(jq .upload.parts <<<"$video"); n++)); do
    [[ $arrived != *" $n "* ]] || continue
    # A file, because a part is sent with its length, and that of a pipe nobody knows.
    dd if="$file" of="$part" bs=1048576 skip=$(((n - 1) * mib)) count="$mib" 2>/dev/null
    send -T "$part" "$(call "$API/v1/videos/$id/parts" -d "{\"numbers\": [$n]}" | jq -r '.parts[0].url')"
  done
fi
call -X POST "$API/v1/videos/$id/complete" >/dev/null

until video=$(call "$API/v1/videos/$id") && [[ $(jq -r .status <<<"$video") =~ ^(ready|uncaptioned|failed)$ ]]; do sleep 2; done
jq -r '.failure.message // empty' <<<"$video" >&2
jq -e '.status == "ready"' <<<"$video" >/dev/null
call "$API$(jq -r '.tracks[0].formats.vtt' <<<"$video")"
