import fc from "fast-check";
import { expect, test } from "vitest";
import { cueAt } from "./cue-at";

test("the cue of a time is the last that has started", () => {
  const starts = [1, 2, 2, 5].map((start) => ({ start }));
  expect([0, 1, 1.9, 2, 4.99, 5, 99].map((t) => cueAt(starts, t))).toEqual([-1, 0, 0, 2, 3, 3, 3]);
  expect(cueAt([], 3)).toBe(-1);
  fc.assert(
    fc.property(fc.array(fc.nat(100)), fc.nat(110), (times, at) => {
      const cues = times.toSorted((a, b) => a - b).map((start) => ({ start }));
      expect(cueAt(cues, at)).toBe(cues.filter((c) => c.start <= at).length - 1);
    }),
  );
});
