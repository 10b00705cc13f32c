import type { Beside } from "../api/types";
import type { Cues, EditCue } from "./cues";

// What was typed and not saved, kept on this device over reloads, log-ins and crashes: one draft for each track of a video.

export interface Draft {
  /** The track that was opened, and the version of it that the edits are of; null where there was none. */
  track: string;
  etag: string | null;
  /** Where it is saved, and over which version; null for a new track. */
  target: string;
  targetEtag: string | null;
  cues: Cues;
  /** What WebVTT has beside all cues; drafts of an older page have none. */
  beside?: Beside;
  at: string;
}

const key = (video: string, track: string) => `cuepipe.draft.${video}.${track}`;

const isCue = (c: unknown): c is EditCue => {
  const cue = c as Partial<EditCue> | null;
  return typeof cue?.id === "number" && typeof cue.start === "number" && typeof cue.end === "number" && typeof cue.text === "string";
};

/** The draft of a track, or null. What cannot be read, of another version of this page perhaps, is none. */
export function readDraft(store: Pick<Storage, "getItem">, video: string, track: string): Draft | null {
  try {
    const draft = JSON.parse(store.getItem(key(video, track)) ?? "null") as Draft | null;
    return draft && Array.isArray(draft.cues) && draft.cues.every(isCue) && typeof draft.target === "string" ? draft : null;
  } catch {
    return null;
  }
}

/** All drafts of a video, by the names of their tracks: also one whose track is gone. */
export function draftsOf(store: Pick<Storage, "getItem" | "key" | "length">, video: string): Draft[] {
  const prefix = key(video, "");
  const names = Array.from({ length: store.length }, (_, i) => store.key(i) ?? "").filter((k) => k.startsWith(prefix));
  return names.sort().map((k) => readDraft(store, video, k.slice(prefix.length))).filter((d) => d !== null && names.includes(key(video, d.track))) as Draft[];
}

/** Keeps a draft, and says whether there was room for it. */
export function keepDraft(store: Pick<Storage, "setItem">, video: string, draft: Draft): boolean {
  try {
    store.setItem(key(video, draft.track), JSON.stringify(draft));
    return true;
  } catch {
    return false;
  }
}

export const dropDraft = (store: Pick<Storage, "removeItem">, video: string, track: string) => store.removeItem(key(video, track));

/** Forgets all of a video that is deleted. */
export function dropDrafts(store: Pick<Storage, "getItem" | "key" | "length" | "removeItem">, video: string): void {
  for (const draft of draftsOf(store, video)) dropDraft(store, video, draft.track);
}

/** The name under which edits of a track are saved: its own where it is a person's, else a free one like en-x-edited. */
export function targetName(track: { name: string; language: string; kind: string }, taken: readonly string[]): string {
  if (track.kind === "human") return track.name;
  return freeName(track.language, taken);
}

/** A name for a new track of one's own in a language: en-x-edited, en-x-edited2, … */
export function freeName(language: string, taken: readonly string[]): string {
  const used = new Set(taken.map((n) => n.toLowerCase()));
  // "und" for a language that is not known is a tag, too.
  const base = `${/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(language) ? language.split("-x-")[0] : "und"}-x-edited`;
  for (let n = 1; ; n++) {
    const name = n === 1 ? base : `${base}${n}`;
    if (!used.has(name.toLowerCase())) return name;
  }
}
