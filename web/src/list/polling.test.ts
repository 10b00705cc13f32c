import fc from "fast-check";
import { expect, test } from "vitest";
import type { Video } from "../api/types";
import { delayOf, freshPace, isStale, looks, moves, paceAfter, type Answer } from "./polling";

test("what stands still, or is not looked at, is never asked for", () => {
  expect(delayOf(freshPace, 0, false)).toBeNull();
  expect(delayOf(freshPace, 3, true)).toBeNull();
  expect(delayOf({ quiet: 0, failures: 9 }, 0, false)).toBeNull();
});

test("the service changes only what it works on, and what may arrive at an address that it gave", () => {
  const now = Date.parse("2026-01-01T12:00:00Z");
  const all = ["pending", "queued", "captioning", "ready", "uncaptioned", "failed", "deleting"] as const;
  const moving = (createdAt: string, upload?: Video["upload"]) => all.filter((status) => moves({ status, createdAt, upload }, now));
  expect(moving("2026-01-01T11:00:00Z")).toEqual(["queued", "captioning", "deleting"]);
  expect(moving("2026-01-01T11:50:00Z")).toEqual(["pending", "queued", "captioning", "deleting"]);
  expect(moving("2026-01-01T11:59:59Z", { kind: "multipart", expiresAt: "" })).toEqual(["queued", "captioning", "deleting"]);
});

test("an answer that was overtaken is stale", () => {
  const at = (updatedAt: string) => ({ updatedAt }) as Video;
  expect(isStale(at("2026-01-01T12:00:00Z"), at("2026-01-01T12:00:00.5Z"))).toBe(true);
  expect(isStale(at("2026-01-01T12:00:00.5Z"), at("2026-01-01T12:00:00.500Z"))).toBe(false);
});

test("it is asked after a second while things happen, less and less while nothing does, and soon again after a change", () => {
  let pace = freshPace;
  const delays = [];
  for (let i = 0; i < 12; i++) {
    delays.push(delayOf(pace, 1, false)!);
    pace = paceAfter(pace, "same");
  }
  expect(delays[0]).toBe(1000);
  expect(delays).toEqual(delays.toSorted((a, b) => a - b));
  expect(delays.at(-1)).toBe(15_000);
  expect(delayOf(paceAfter(pace, "changed"), 1, false)).toBe(1000);
});

test("whatever comes, the next request is between one second and one minute away, and failures only make it later", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom<Answer>("changed", "same", "failed"), { maxLength: 200 }), (answers) => {
      const pace = answers.reduce(paceAfter, freshPace);
      const delay = delayOf(pace, 1, false)!;
      expect(delay).toBeGreaterThanOrEqual(1000);
      expect(delay).toBeLessThanOrEqual(60_000);
      const failed = paceAfter(pace, "failed");
      expect(delayOf(paceAfter(failed, "failed"), 1, false)).toBeGreaterThanOrEqual(delayOf(failed, 1, false)!);
      expect(delayOf(paceAfter(pace, "changed"), 1, false)).toBe(1000);
    }),
  );
});

test("news is what a person would see", () => {
  const v: Video = { id: "a", title: "t", size: 1, contentType: "video/mp4", status: "captioning", tracks: [], createdAt: "", updatedAt: "1", progress: { done: 1, total: 4, heard: 120 } };
  expect(looks({ ...v })).toBe(looks(v));
  expect(looks({ ...v, progress: { done: 2, total: 4, heard: 240 } })).not.toBe(looks(v));
  expect(looks({ ...v, status: "ready" })).not.toBe(looks(v));
});
