"""Hears a WAV file with another recogniser, with two threads, and prints one line of JSON: what it heard, when, and what it
took. Usage: peers.py faster-whisper|pocketsphinx MODELS FILE.wav..."""

import json
import sys
import time
import wave


def faster_whisper(models, files):
    from faster_whisper import WhisperModel

    began = time.monotonic()
    model = WhisperModel(models + "/whisper-base", device="cpu", compute_type="int8", cpu_threads=2)
    yield time.monotonic() - began
    for file in files:
        began = time.monotonic()
        segments, _ = model.transcribe(file, language="en", beam_size=5)
        cues = [{"start": s.start, "end": s.end, "text": s.text.strip()} for s in segments]
        yield {"hear_s": time.monotonic() - began, "cues": cues}


def pocketsphinx(models, files):
    from pocketsphinx import Decoder

    began = time.monotonic()
    decoder = Decoder(samprate=16000)
    yield time.monotonic() - began
    for file in files:
        began = time.monotonic()
        with wave.open(file) as sound:
            samples = sound.readframes(sound.getnframes())
        decoder.start_utt()
        decoder.process_raw(samples, full_utt=True)
        decoder.end_utt()
        # It has words and pauses and no lines: a pause of a second ends one.
        cues = []
        for word in decoder.seg() or []:
            text = word.word.split("(")[0]
            if text.startswith("<") or text.startswith("["):
                continue
            start, end = word.start_frame / 100, (word.end_frame + 1) / 100
            if cues and start - cues[-1]["end"] < 1:
                cues[-1]["text"] += " " + text
                cues[-1]["end"] = end
            else:
                cues.append({"start": start, "end": end, "text": text})
        yield {"hear_s": time.monotonic() - began, "cues": cues}


def main():
    engine = {"faster-whisper": faster_whisper, "pocketsphinx": pocketsphinx}[sys.argv[1]]
    heard = engine(sys.argv[2], sys.argv[3:])
    load = next(heard)
    files = list(heard)
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    print(json.dumps({"load_s": load, "peak_mb": peak / 1024, "files": files}))


main()
