import { expect, test } from "vitest";
import { contentType, refusal } from "./kinds";
import { Speed } from "./speed";

const config = { maxSize: 100 * 2 ** 30 };

test("films and sounds are known by their name's end, or by what the browser says", () => {
  expect(contentType({ name: "a.MKV", size: 1, type: "" })).toBe("video/x-matroska");
  expect(contentType({ name: "a.ts", size: 1, type: "text/vnd.trolltech.linguist" })).toBe("video/mp2t");
  expect(contentType({ name: "noise", size: 1, type: "audio/x-aiff" })).toBe("audio/x-aiff");
  expect(contentType({ name: "a.bin", size: 1, type: 'video/mp4; codecs="x"' })).toBe("video/mp4");
  expect(contentType({ name: "mp4", size: 1, type: "" })).toBeNull();
  expect(contentType({ name: "a.pdf", size: 1, type: "application/pdf" })).toBeNull();
});

test("what is refused says why, with the file's name", () => {
  expect(refusal({ name: "a.mp4", size: config.maxSize, type: "" }, config)).toBeNull();
  expect(refusal({ name: "a.mp4", size: config.maxSize + 1, type: "" }, config)).toMatch(/“a.mp4” has 100 GB.*at most 100 GB/);
  expect(refusal({ name: "a.pdf", size: 1, type: "application/pdf" }, config)).toMatch(/“a.pdf” is neither video nor sound/);
  expect(refusal({ name: "a.mp4", size: 0, type: "" }, config)).toMatch(/empty/);
});

test("speed is over the last seconds, and begins anew after a rest", () => {
  const speed = new Speed();
  expect(speed.perSecond()).toBeNull();
  for (let s = 0; s <= 20; s++) speed.note(s * 1000, s <= 10 ? s * 100 : 1000 + (s - 10) * 1000);
  expect(speed.perSecond()).toBe(1000);
  expect(speed.secondsFor(5000)).toBe(5);
  speed.note(21_000, 0); // a part was sent anew
  expect(speed.perSecond()).toBeNull();
  speed.note(22_000, 500);
  expect(speed.perSecond()).toBe(500);
  speed.rest();
  expect(speed.secondsFor(1)).toBeNull();
});
