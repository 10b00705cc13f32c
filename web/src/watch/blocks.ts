import { useEffect, useMemo, useRef, useState } from "preact/hooks";

// A long film has thousands of cues. They are drawn in blocks: what changes is looked for in few blocks rather than in all
// cues, and the blocks come one after the other, so that the page answers meanwhile.

/** Cues that are looked at together whether a row has to be drawn anew: only those near the one that changed. */
export const blockSize = 50;
/** Blocks that are drawn at once. */
const together = 2;

/** A list in blocks. A block in which nothing changed is the same object as before. */
export function useBlocks<T>(items: readonly T[]): readonly (readonly T[])[] {
  const before = useRef<readonly (readonly T[])[]>([]);
  return useMemo(() => {
    const blocks: (readonly T[])[] = [];
    for (let first = 0; first < items.length; first += blockSize) {
      const block = items.slice(first, first + blockSize);
      const old = before.current[blocks.length];
      blocks.push(old?.length === block.length && old.every((item, i) => item === block[i]) ? old : block);
    }
    before.current = blocks;
    return blocks;
  }, [items]);
}

/** How many of so many blocks are to be drawn now: a few at first, more as soon as those are there. */
export function useGradually(blocks: number): number {
  const [shown, show] = useState(together);
  useEffect(() => {
    if (shown >= blocks) return;
    const timer = setTimeout(() => show(shown + together));
    return () => clearTimeout(timer);
  }, [shown, blocks]);
  return Math.min(shown, blocks);
}
