#!/usr/bin/env bash
# Makes sample.mp4: the sentences of sample.txt, each with a pause after it, spoken by Flite's voice "rms" under a drawn
# picture. All of it is made here, so that the film is the project's own and may be passed on with it.
#
# The committed film was made by Debian's ffmpeg 7:5.1.9-0+deb12u1 with libflite1 2.2-5, libx264 2:0.164 and DejaVu Sans 2.37.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../tools/fetch/lib.sh"

SAMPLES="$ROOT/samples"
need_packages ffmpeg fonts-dejavu-core
workspace sample

# One input a sentence: flite reads a file, so that no sentence has to be quoted for a filter.
mapfile -t sentences <"$SAMPLES/sample.txt"
pauses=(1.0 0.9 0.7 1.2 0.8 1.0 1.2) # seconds after each sentence, uneven on purpose
((${#sentences[@]} == ${#pauses[@]})) || die "samples/sample.txt has ${#sentences[@]} sentences, and make-sample.sh has ${#pauses[@]} pauses."
inputs=() padded="" joined=""
for i in "${!sentences[@]}"; do
  printf '%s\n' "${sentences[i]}" >"$WORKSPACE/$i.txt"
  inputs+=(-f lavfi -i "flite=textfile=$WORKSPACE/$i.txt:voice=rms")
  padded+="[$i]apad=pad_dur=${pauses[i]}[s$i];"
  joined+="[s$i]"
done
joined+="concat=n=${#sentences[@]}:v=0:a=1,adelay=1000,volume=0.9,asplit[sound][heard]"

font="fontfile=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf:fontcolor=white"
picture="color=0x14213d:s=640x360:r=8"
picture+=",drawbox=x=0:y=0:w=iw:h=6:color=0xfca311:t=fill"
picture+=",drawtext=$font:text=Cuepipe:fontsize=64:x=(w-tw)/2:y=70"
picture+=",drawtext=$font:text='A video goes in, captions come out.':fontsize=20:x=(w-tw)/2:y=150"
wave="[heard]aresample=16000,showwaves=s=80x25:mode=cline:scale=sqrt:rate=8:colors=0xfca311,scale=640:100:flags=neighbor[wave]"

ffmpeg -v error -nostdin -y "${inputs[@]}" \
  -filter_complex "$padded$joined;$wave;${picture}[card];[card][wave]overlay=y=200:shortest=1,format=yuv420p[picture]" \
  -map "[picture]" -map "[sound]" -c:v libx264 -preset slow -crf 33 -c:a aac -ar 16000 -ac 1 -b:a 48k \
  -fflags +bitexact -flags:v +bitexact -flags:a +bitexact "$WORKSPACE/sample.mp4"
mv "$WORKSPACE/sample.mp4" "$SAMPLES/sample.mp4"
say "samples/sample.mp4: $(stat -c %s "$SAMPLES/sample.mp4") bytes"
