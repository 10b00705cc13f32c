import fc from "fast-check";
import { expect, test } from "vitest";
import type { Video } from "../api/types";
import { belongsTo, missingParts, waitingFor } from "./resume";

const MiB = 1 << 20;
const video = (of: Partial<Video>): Video => ({
  id: "a",
  title: "film.mp4",
  size: 80 * MiB,
  contentType: "video/mp4",
  status: "pending",
  tracks: [],
  createdAt: "",
  updatedAt: "",
  upload: { kind: "multipart", partSize: 16 * MiB, parts: 5, expiresAt: "" },
  ...of,
});
const file = { name: "film.mp4", size: 80 * MiB };

test("a file belongs to the video of its name and size, however its accents are written", () => {
  expect(belongsTo(file, video({}))).toBe(true);
  expect(belongsTo({ ...file, size: file.size + 1 }, video({}))).toBe(false);
  expect(belongsTo({ ...file, name: "film2.mp4" }, video({}))).toBe(false);
  expect(belongsTo({ name: "cafe\u0301.mp4", size: 1 }, video({ title: "caf\u00e9.mp4", size: 1 }))).toBe(true);
});

test("the newest that waits for the file is gone on with, and none that is sent right now or waits for nothing", () => {
  const videos = [video({ id: "sending" }), video({ id: "newest" }), video({ id: "older" })];
  expect(waitingFor(file, videos, new Set(["sending"]))?.id).toBe("newest");
  expect(waitingFor(file, [video({ status: "ready", upload: undefined })], new Set())).toBeUndefined();
  expect(waitingFor(file, [video({ upload: { kind: "put", expiresAt: "" } })], new Set())).toBeUndefined();
});

test("what is missing is what has not arrived, or with another size than it must have", () => {
  const upload = { partSize: 16 * MiB, parts: 3 };
  const size = 40 * MiB;
  const numbers = (arrived: [number, number][]) => missingParts(upload, size, new Map(arrived)).map((p) => p.number);
  expect(numbers([])).toEqual([1, 2, 3]);
  expect(numbers([[1, 16 * MiB], [3, 8 * MiB]])).toEqual([2]);
  expect(numbers([[1, 16 * MiB - 1], [2, 16 * MiB], [3, 16 * MiB]])).toEqual([1, 3]);
  expect(missingParts(upload, size, new Map())[2]).toEqual({ number: 3, start: 32 * MiB, end: 40 * MiB });
});

test("parts that do not hold the file are refused", () => {
  for (const upload of [{}, { partSize: 16 * MiB, parts: 2 }, { partSize: 16 * MiB, parts: 4 }]) {
    expect(() => missingParts(upload, 40 * MiB, new Map())).toThrow(RangeError);
  }
});

test("what has arrived and what is missing are the whole file, once each", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 700 }), fc.array(fc.nat(40)), (size, partSize, have) => {
      const parts = Math.ceil(size / partSize);
      const part = (n: number) => Math.min(partSize, size - (n - 1) * partSize);
      const arrived = new Map(have.filter((n) => n >= 1 && n <= parts).map((n) => [n, part(n)]));
      const missing = missingParts({ partSize, parts }, size, arrived);
      expect(missing.some((p) => arrived.has(p.number))).toBe(false);
      const bytes = [...arrived.values()].reduce((a, b) => a + b, 0) + missing.reduce((a, p) => a + p.end - p.start, 0);
      expect(bytes).toBe(size);
    }),
  );
});
