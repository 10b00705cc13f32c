import fc from "fast-check";
import { expect, test } from "vitest";
import { readAddress } from "./address";

const id = "abcdefghijklmnopqrstuvwxyz";

test("a fragment is a video, at a second where one is named, or the list", () => {
  expect(readAddress(`#/videos/${id}`)).toEqual({ view: "watch", id });
  expect(readAddress(`#/videos/${id}?t=12.5`)).toEqual({ view: "watch", id, at: 12.5 });
  for (const list of ["", "#", "#/", "#/videos/", `#/videos/${id}a`, `#/videos/${id.toUpperCase()}`, "#/videos/../../x", `#/videos/${id}/x`, "#/%"]) {
    expect(readAddress(list)).toEqual({ view: "list" });
  }
});

test("a time that no film has is none", () => {
  for (const t of ["1.2.3", ".", "", "-1", "1e9", "NaN", "Infinity", "9".repeat(400)]) {
    expect(readAddress(`#/videos/${id}?t=${t}`)).toEqual({ view: "watch", id });
  }
  fc.assert(
    fc.property(fc.string(), (t) => {
      const route = readAddress(`#/videos/${id}?t=${t}`);
      expect(route.view === "list" || route.at === undefined || Number.isFinite(route.at)).toBe(true);
    }),
  );
});
