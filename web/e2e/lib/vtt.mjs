// Reads WebVTT as far as the service writes it, by none of its code and none of the page's.

const seconds = (text) => text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
const entities = { amp: "&", lt: "<", gt: ">", lrm: "\u200e", rlm: "\u200f", nbsp: "\u00a0" };

/** What a person sees of a cue: tags go, entities become what they stand for. */
const seen = (payload) => payload.replace(/<[^>]*>/g, "").replace(/&(amp|lt|gt|lrm|rlm|nbsp);/g, (_, name) => entities[name]);

/** The cues of a file, with seconds and the text that is seen. */
export function cuesOf(vtt) {
  if (!/^\ufeff?WEBVTT(\s|$)/.test(vtt)) throw new Error("this is not WebVTT");
  const cues = [];
  for (const block of vtt.split(/\n{2,}/)) {
    const lines = block.trim().split("\n");
    const at = lines.findIndex((line) => line.includes("-->"));
    if (at < 0) continue;
    const [, start, end] = /^([\d:.]+) --> ([\d:.]+)/.exec(lines[at]);
    cues.push({ start: seconds(start), end: seconds(end), text: seen(lines.slice(at + 1).join("\n")) });
  }
  return cues;
}

/** Text without the way it is broken into lines. */
export const flat = (text) => text.replace(/\s+/g, " ").trim();
