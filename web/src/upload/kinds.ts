import type { Config } from "../api/types";
import { bytes } from "../ui/words";

// What may be uploaded. The service looks into the file; here it is only told apart what is no film or sound at all, so that
// nobody sends an hour of something that is refused afterwards.

/** Types that browsers do not know, or call something else, by the name's end. */
const byEnding: Record<string, string> = {
  mp4: "video/mp4",
  m4v: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  mkv: "video/x-matroska",
  avi: "video/x-msvideo",
  ts: "video/mp2t",
  mts: "video/mp2t",
  m2ts: "video/mp2t",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  flac: "audio/flac",
  ogg: "audio/ogg",
  oga: "audio/ogg",
  ogv: "video/ogg",
  opus: "audio/ogg",
  aac: "audio/aac",
  m4a: "audio/mp4",
};

/** What a file dialog offers first. */
export const accepted = ["video/*", "audio/*", ...Object.keys(byEnding).map((ending) => `.${ending}`)].join(",");

type Named = { name: string; size: number; type: string };

/** The type to declare, or null for what is neither film nor sound. */
export function contentType(file: Named): string | null {
  const known = byEnding[/\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? ""];
  if (known) return known;
  const type = file.type.split(";")[0]!.trim();
  return /^(video|audio)\/[A-Za-z0-9.+_-]+$/.test(type) && type.length <= 100 ? type : null;
}

/** Why a file is not taken, or null where it is. */
export function refusal(file: Named, config: Pick<Config, "maxSize">): string | null {
  if (file.size === 0) return `“${file.name}” is empty.`;
  if (contentType(file) === null) {
    return `“${file.name}” is neither video nor sound. MP4, MOV, WebM, MKV, AVI, MPEG-TS, MP3, WAV, FLAC, Ogg and AAC can be captioned.`;
  }
  if (file.size > config.maxSize) return `“${file.name}” has ${bytes(file.size)}. A file may have at most ${bytes(config.maxSize)}.`;
  return null;
}
