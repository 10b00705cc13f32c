import type { Beside, Cue } from "../api/types";
import { says, voiceOf, writeVTT } from "./vtt";

// What can be done to captions. Every operation takes a list and gives another, and leaves the first as it was; what did not
// change is the same object in both. Starts stay in order, and a cue ends after it starts. Times are seconds, whole milliseconds.

/** A cue while it is edited. Its id is its own as long as the editor is open, wherever it stands. */
export interface EditCue {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  /** Its lines, with a line feed between. */
  readonly text: string;
  readonly speaker?: string;
  /** What WebVTT has beside the text. */
  readonly beside?: BesideCue;
}
export type Cues = readonly EditCue[];

interface BesideCue {
  readonly name?: string;
  readonly settings?: string;
  /** The text with its tags, and the text that they are of: where it was changed, they are gone. */
  readonly markup?: string;
  readonly of?: string;
  /** Comments that stand before the cue, and go where it goes. */
  readonly comments?: readonly string[];
}

/** A track that is edited: its cues, and what stands beside all of them. */
export interface Edited {
  readonly cues: Cues;
  readonly beside: Beside;
}

/** The shortest cue that there is: a millisecond, what formats can write. */
const shortest = 0.001;
/** How long a new cue is where there is room. */
const usual = 2;

const ms = (seconds: number) => Math.round(seconds * 1000) / 1000;
const freeId = (cues: Cues) => cues.reduce((max, c) => Math.max(max, c.id), 0) + 1;
const inOrder = (cues: EditCue[]): Cues => cues.sort((a, b) => a.start - b.start);

/** A track as it was read, to be edited. Comments at the end stay in what is beside all cues. */
export function open(cues: readonly Cue[], { notes = [], ...beside }: Beside = {}): Edited {
  const before = new Map<number, string[]>();
  for (const { before: place, text } of notes) if (before.get(place)?.push(text) === undefined) before.set(place, [text]);
  const edited = cues.map((c, i): EditCue => {
    const start = ms(Math.max(0, c.start));
    const text = c.lines.join("\n");
    const speaker = c.speaker || voiceOf(c.markup);
    const comments = before.get(i);
    const kept = { ...(c.id && { name: c.id }), ...(c.settings && { settings: c.settings }), ...(c.markup && { markup: c.markup, of: text }), ...(comments && { comments }) };
    return { id: i + 1, start, end: ms(Math.max(start + shortest, c.end)), text, ...(speaker && { speaker }), ...(Object.keys(kept).length > 0 && { beside: kept }) };
  });
  const last = notes.filter((n) => n.before >= cues.length);
  return { cues: inOrder(edited), beside: { ...beside, ...(last.length > 0 && { notes: last }) } };
}

/** Cues as they are shown. */
export const close = (cues: Cues): Cue[] =>
  cues.map(({ start, end, text, speaker, beside: b }) => ({
    start,
    end,
    lines: text.split("\n"),
    ...(speaker && { speaker }),
    ...(b?.name && { id: b.name }),
    ...(b?.settings && { settings: b.settings }),
    ...(b?.markup && b.of === text && { markup: b.markup }),
  }));

/** A track as WebVTT. */
export const write = ({ cues, beside }: Edited): string =>
  writeVTT(close(cues), {
    ...beside,
    notes: [...cues.flatMap((c, i) => (c.beside?.comments ?? []).map((text) => ({ before: i, text }))), ...(beside.notes ?? []).map(({ text }) => ({ before: cues.length, text }))],
  });

const change = (cues: Cues, id: number, to: (cue: EditCue) => EditCue): Cues => cues.map((c) => (c.id === id ? to(c) : c));

export const setText = (cues: Cues, id: number, text: string): Cues => change(cues, id, (c) => (c.text === text ? c : { ...c, text }));

/** Moves the start, and the end with it where it would not be after it. The cue goes to its place in the order. */
export function setStart(cues: Cues, id: number, at: number): Cues {
  const start = ms(Math.max(0, at));
  return inOrder([...change(cues, id, (c) => ({ ...c, start, end: Math.max(c.end, ms(start + shortest)) }))]);
}

/** Moves the end, and no further back than to just after the start. */
export const setEnd = (cues: Cues, id: number, at: number): Cues => change(cues, id, (c) => ({ ...c, end: ms(Math.max(at, c.start + shortest)) }));

/**
 * Cuts a cue at a place in its text, in UTF-16 units as a text field counts them, and its time in proportion. Both pieces must
 * say something and last a millisecond: else nothing changes.
 */
export function split(cues: Cues, id: number, place: number): Cues {
  const i = cues.findIndex((c) => c.id === id);
  const cue = cues[i];
  if (!cue) return cues;
  const before = cue.text.slice(0, place).trim();
  const after = cue.text.slice(place).trim();
  if (before === "" || after === "" || cue.end - cue.start < 2 * shortest) return cues;
  const share = before.length / (before.length + after.length);
  const cut = Math.min(ms(cue.end - shortest), Math.max(ms(cue.start + shortest), ms(cue.start + share * (cue.end - cue.start))));
  const { beside, ...rest } = cue; // of which the second piece has its place
  const second = { ...rest, id: freeId(cues), text: after, start: cut, ...(beside?.settings && { beside: { settings: beside.settings } }) };
  return inOrder([...cues.slice(0, i), { ...cue, text: before, end: cut }, second, ...cues.slice(i + 1)]);
}

/** Joins a cue with the one after it. Where two people speak, the first is kept as the speaker; it stays where the first stands. */
export function join(cues: Cues, id: number): Cues {
  const i = cues.findIndex((c) => c.id === id);
  const [cue, next] = [cues[i], cues[i + 1]];
  if (!cue || !next) return cues;
  const text = [cue.text, next.text].filter((t) => t.trim() !== "").join("\n");
  const speaker = cue.speaker ?? next.speaker;
  const comments = [...(cue.beside?.comments ?? []), ...(next.beside?.comments ?? [])];
  const beside = comments.length > 0 ? { ...cue.beside, comments } : cue.beside;
  return [...cues.slice(0, i), { ...cue, text, end: Math.max(cue.end, next.end), ...(speaker && { speaker }), ...(beside && { beside }) }, ...cues.slice(i + 2)];
}

/** Adds an empty cue that starts at a time and ends before the next one starts, if there is room for it. */
export function add(cues: Cues, at: number): { cues: Cues; id: number } {
  const start = ms(Math.max(0, at));
  const next = cues.find((c) => c.start > start);
  const end = ms(Math.max(start + shortest, Math.min(start + usual, next?.start ?? Infinity)));
  const id = freeId(cues);
  return { cues: inOrder([...cues, { id, start, end, text: "" }]), id };
}

export const remove = (cues: Cues, id: number): Cues => cues.filter((c) => c.id !== id);

/** The ids of the cues that are written, in order: findings number these. */
export const writtenIds = (cues: Cues): number[] => cues.filter((c) => says({ lines: c.text.split("\n") })).map((c) => c.id);

/** A person's time, "1:02:03.5", "62,5" or "62.5", in seconds, or null. */
export function parseTime(text: string): number | null {
  const m = /^\s*(?:(?:(\d{1,4}):)?(\d{1,3}):)?(\d{1,6}(?:[.,]\d{1,6})?)\s*$/.exec(text);
  if (!m) return null;
  return ms(Number(m[1] ?? 0) * 3600 + Number(m[2] ?? 0) * 60 + Number(m[3]!.replace(",", ".")));
}

/** Seconds as a person edits them: 1:02.500, or 1:01:02.500. */
export function timeText(seconds: number): string {
  const all = Math.round(seconds * 1000);
  const two = (n: number) => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(all / 3_600_000), Math.floor(all / 60_000) % 60, Math.floor(all / 1000) % 60];
  return `${h > 0 ? `${h}:${two(m)}` : m}:${two(s)}.${String(all % 1000).padStart(3, "0")}`;
}
