/** A History is what something was before each change, and after each that was taken back. It is never changed itself. */
export interface History<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
  /** What kind of change was last, and when: another of the kind that follows soon belongs to it. */
  readonly last?: { kind: string; at: number };
}

/** Steps that can be taken back. */
const kept = 500;
/** Milliseconds within which typing goes on. */
const together = 1500;

export const begin = <T>(present: T): History<T> => ({ past: [], present, future: [] });

/** Goes on with a change. Changes of one kind that follow each other soon, as letters of a word do, are one step; "" is no kind. */
export function change<T>(h: History<T>, next: T, kind = "", at = 0): History<T> {
  if (Object.is(next, h.present)) return h;
  const goesOn = kind !== "" && h.last?.kind === kind && at - h.last.at < together && h.past.length > 0;
  const past = goesOn ? h.past : [...h.past, h.present].slice(-kept);
  return { past, present: next, future: [], ...(kind !== "" && { last: { kind, at } }) };
}

export function undo<T>(h: History<T>): History<T> {
  if (h.past.length === 0) return h;
  return { past: h.past.slice(0, -1), present: h.past.at(-1)!, future: [h.present, ...h.future] };
}

export function redo<T>(h: History<T>): History<T> {
  const [next, ...future] = h.future;
  if (h.future.length === 0) return h;
  return { past: [...h.past, h.present], present: next as T, future };
}
