import type { Cue } from "../api/types";

// Writes WebVTT. Text is data: what a reader could take for markup, times or the end of a cue is escaped or changed, by the same
// rules as the service's own writer (docs/formats.md).

/** Words as WebVTT has them in a cue: no tag, no arrow, no control character. */
export function escapeText(text: string): string {
  return (
    text
      .toWellFormed()
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, (c) => (c === "\t" ? " " : ""))
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
  );
}

/** A cue's lines, without those that are empty: an empty line ends a cue. */
export const linesOf = (cue: Pick<Cue, "lines">) =>
  cue.lines
    .flatMap((line) => line.split(/\r\n|\r|\n/))
    .map((line) => line.trim())
    .filter((line) => escapeText(line).trim() !== "");

/** The payload of a cue; empty where it says nothing. Who speaks is a voice for the whole cue. */
export function cueText(cue: Pick<Cue, "lines" | "speaker">): string {
  const text = linesOf(cue).map(escapeText).join("\n");
  const voice = escapeText(cue.speaker ?? "").replaceAll("\n", " ").trim();
  return text !== "" && voice !== "" ? `<v ${voice}>${text}` : text;
}

/** Seconds as WebVTT's 00:01:02.345. */
export function timestamp(seconds: number): string {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const pad = (n: number, digits: number) => String(n).padStart(digits, "0");
  return `${pad(Math.floor(ms / 3_600_000), 2)}:${pad(Math.floor(ms / 60_000) % 60, 2)}:${pad(Math.floor(ms / 1000) % 60, 2)}.${pad(ms % 1000, 3)}`;
}

/** Whether a cue is written: one that says nothing shows nothing. */
export const says = (cue: Pick<Cue, "lines">) => linesOf(cue).length > 0;

/** The whole file. Cues without text are left out. */
export function writeVTT(cues: readonly Cue[]): string {
  const blocks = cues.filter(says).map((cue) => `${timestamp(cue.start)} --> ${timestamp(cue.end)}\n${cueText(cue)}\n`);
  return ["WEBVTT\n", ...blocks].join("\n");
}
