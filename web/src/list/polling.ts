import type { Video } from "../api/types";

// When the page asks again for what moves. It asks soon while things happen, seldom while they do not, and never for what
// stands still or while nobody looks.

/** Milliseconds. */
const soonest = 1000;
const latest = 15_000;
const latestAfterErrors = 60_000;

/** Milliseconds that a small file's address lives: a video without an upload in parts may become more that long. */
const addressLife = 15 * 60_000;

/** Whether the service, or an upload from elsewhere, will change a video by itself. Parts that nobody sends may lie for days. */
export function moves(v: Pick<Video, "status" | "upload" | "createdAt">, now = Date.now()): boolean {
  if (v.status === "pending") return v.upload?.kind !== "multipart" && now - Date.parse(v.createdAt) < addressLife;
  return v.status === "queued" || v.status === "captioning" || v.status === "deleting";
}

/** Whether an answer is about an earlier time than what is known: answers may overtake each other. */
export const isStale = (answer: Video, known: Video) => Date.parse(answer.updatedAt) < Date.parse(known.updatedAt);

export interface Pace {
  /** How many answers in a row said nothing new. */
  quiet: number;
  /** How many requests in a row failed. */
  failures: number;
}

export const freshPace: Pace = { quiet: 0, failures: 0 };

export type Answer = "changed" | "same" | "failed";

export function paceAfter(pace: Pace, answer: Answer): Pace {
  if (answer === "failed") return { ...pace, failures: pace.failures + 1 };
  return { quiet: answer === "changed" ? 0 : pace.quiet + 1, failures: 0 };
}

/** Milliseconds until the next request, or null while there is none to be made. */
export function delayOf(pace: Pace, moving: number, hidden: boolean): number | null {
  if (moving === 0 || hidden) return null;
  if (pace.failures > 0) return Math.min(latestAfterErrors, soonest * 2 ** pace.failures);
  return Math.min(latest, Math.round(soonest * 1.4 ** pace.quiet));
}

/** What of a video a person would see change. */
export const looks = (v: Video) => JSON.stringify([v.status, v.progress?.done, v.progress?.total, v.progress?.secondsLeft, v.tracks, v.failure, v.updatedAt]);
