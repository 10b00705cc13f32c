/** The cue that has started last at a time in seconds, by binary search in their order; -1 before the first. */
export function cueAt(cues: readonly { start: number }[], time: number): number {
  let low = 0;
  for (let high = cues.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (cues[middle]!.start <= time + 0.02) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
