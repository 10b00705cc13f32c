import fc from "fast-check";
import { expect, test } from "vitest";
import { placeOf } from "./place";

test("settings are where a cue stands", () => {
  expect(placeOf("align:start line:10% position:20%,line-left size:80% vertical:rl")).toEqual({
    align: "start", line: 10, snapToLines: false, position: 20, positionAlign: "line-left", size: 80, vertical: "rl",
  });
  expect(placeOf("line:0")).toEqual({ line: 0, snapToLines: true });
  expect(placeOf("line:-3,end  align:center")).toEqual({ line: -3, lineAlign: "end", snapToLines: true, align: "center" });
  expect(placeOf("position:12.5%")).toEqual({ position: 12.5 });
});

test("what is no setting, or beyond its bounds, says nothing", () => {
  for (const text of ["", undefined, "middle", "align:middle", "line:", "line:a", "line:101%", "line:1.5", "line:5,upper", "position:20", "position:20%,middle", "size:80", "size:80%,start", "vertical:up", "region:top", ":", "line:1e5"]) {
    expect(placeOf(text), text).toEqual({});
  }
});

test("whatever stands there, what comes of it is a place", () => {
  const part = fc.constantFrom("line", "position", "size", "align", "vertical", ":", ",", " ", "%", "-", "0", "50", "100", "999", "start", "rl", "line-left", "\t", "x");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const place = placeOf(parts.join(""));
      for (const percent of [place.position, place.size, place.snapToLines === false ? place.line : undefined]) {
        if (typeof percent === "number") expect(percent >= 0 && percent <= 100).toBe(true);
      }
    }),
  );
});
