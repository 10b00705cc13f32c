import type { Beside, Cue } from "../api/types";

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

/** The payload of a cue; empty where it says nothing. Who speaks is a voice for the whole cue. Tags are the service's, which lets none through that could end the cue. */
export function cueText(cue: Pick<Cue, "lines" | "speaker" | "markup">): string {
  if (cue.markup) return cue.markup;
  const text = linesOf(cue).map(escapeText).join("\n");
  const voice = escapeText(cue.speaker ?? "").replaceAll("\n", " ").trim();
  return text !== "" && voice !== "" ? `<v ${voice}>${text}` : text;
}

/** Who speaks, where one voice is marked for all of a cue's text. */
export function voiceOf(markup = ""): string | undefined {
  const voice = /^<v(?:\.[^\s>]*)?\s+([^>]+)>(?!.*<v[\s.>])/s.exec(markup)?.[1];
  return voice?.replaceAll("&#61;", "=").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&").trim() || undefined;
}

/** Seconds as WebVTT's 00:01:02.345. */
export function timestamp(seconds: number): string {
  const ms = Math.max(0, Math.round(seconds * 1000));
  const pad = (n: number, digits: number) => String(n).padStart(digits, "0");
  return `${pad(Math.floor(ms / 3_600_000), 2)}:${pad(Math.floor(ms / 60_000) % 60, 2)}:${pad(Math.floor(ms / 1000) % 60, 2)}.${pad(ms % 1000, 3)}`;
}

/** Whether a cue is written: one that says nothing shows nothing. */
export const says = (cue: Pick<Cue, "lines">) => linesOf(cue).length > 0;

/** The whole file, with what stands beside the cues, comments in the order of their places. Cues without text are left out. */
export function writeVTT(cues: readonly Cue[], { header = "", styles = [], regions = [], notes = [] }: Beside = {}): string {
  const blocks = [`WEBVTT${/^\n|^$/.test(header) ? "" : " "}${header}\n`, ...regions.map((r) => `REGION\n${r}\n`), ...styles.map((s) => `STYLE\n${s}\n`)];
  const comments = [...notes];
  const commentsBefore = (place: number) => {
    while (comments.length > 0 && comments[0]!.before <= place) blocks.push(`NOTE\n${comments.shift()!.text}\n`);
  };
  cues.forEach((cue, i) => {
    commentsBefore(i);
    if (says(cue)) blocks.push(`${cue.id ? `${cue.id}\n` : ""}${timestamp(cue.start)} --> ${timestamp(cue.end)}${cue.settings ? ` ${cue.settings}` : ""}\n${cueText(cue)}\n`);
  });
  commentsBefore(Infinity);
  return blocks.join("\n");
}
