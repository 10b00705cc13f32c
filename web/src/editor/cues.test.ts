import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Cue } from "../api/types";
import * as ops from "./cues";
import { begin, change, redo, undo } from "./history";

/** A list of cues as it is edited. */
const open = (cues: readonly Cue[]) => ops.open(cues).cues;
const film = open([
  { start: 1, end: 3, lines: ["Nobody knows why", "it was built."] },
  { start: 3.2, end: 5, lines: ["But at night"] },
  { start: 6, end: 8, lines: ["the lamp turns."], speaker: "Ann" },
]);
const texts = (cues: ops.Cues) => cues.map((c) => c.text);
const times = (cues: ops.Cues) => cues.map((c) => [c.start, c.end]);

test("a track is opened and closed the same", () => {
  expect(ops.close(film)[2]).toEqual({ start: 6, end: 8, lines: ["the lamp turns."], speaker: "Ann" });
  expect(ops.close(film)[0]!.lines).toEqual(["Nobody knows why", "it was built."]);
});

describe("what WebVTT has beside the text", () => {
  const beside = { header: "A title\nKind: captions", styles: ["::cue(v) { color: yellow }"], regions: ["id:top"], notes: [{ before: 0, text: "by hand" }, { before: 1, text: "a door" }, { before: 2, text: "the end" }] };
  const placed: Cue[] = [
    { start: 1, end: 3, lines: ["Who is", "there?"], id: "first", settings: "line:0 align:start", markup: "<v Ann &amp; Bo>Who <i>is</i>\nthere?" },
    { start: 4, end: 6, lines: ["Nobody."], settings: "line:10%" },
  ];
  const opened = ops.open(placed, beside);
  const head = "WEBVTT A title\nKind: captions\n\nREGION\nid:top\n\nSTYLE\n::cue(v) { color: yellow }\n\n";
  const second = "NOTE\na door\n\n00:00:04.000 --> 00:00:06.000 line:10%\nNobody.\n\nNOTE\nthe end\n";
  const written = (change: (cues: ops.Cues) => ops.Cues) => ops.write({ ...opened, cues: change(opened.cues) });

  test("is kept while cues are edited", () => {
    const first = "NOTE\nby hand\n\nfirst\n00:00:01.000 --> 00:00:03.000 line:0 align:start\n<v Ann &amp; Bo>Who <i>is</i>\nthere?\n\n";
    expect(written((c) => c)).toBe(head + first + second);
    expect(written((c) => ops.setText(ops.setText(c, 1, "other"), 1, "Who is\nthere?"))).toBe(head + first + second);
    expect(ops.close(opened.cues)[0]).toEqual({ ...placed[0], speaker: "Ann & Bo" });
  });
  test("other words have no tags, and the one voice that spoke the old ones", () => {
    expect(written((c) => ops.setText(c, 1, "Who goes?"))).toBe(`${head}NOTE\nby hand\n\nfirst\n00:00:01.000 --> 00:00:03.000 line:0 align:start\n<v Ann &amp; Bo>Who goes?\n\n${second}`);
    expect(ops.open([{ start: 0, end: 1, lines: ["a b"], markup: "<v A>a</v> <v B>b</v>" }]).cues[0]!.speaker).toBeUndefined();
  });
  test("both pieces of a cue stand where it stood, and a joined one where the first did, with all comments", () => {
    expect(ops.close(ops.split(opened.cues, 1, 6)).map((c) => [c.id, c.settings, c.markup])).toEqual([
      ["first", "line:0 align:start", undefined],
      [undefined, "line:0 align:start", undefined],
      [undefined, "line:10%", undefined],
    ]);
    expect(written((c) => ops.join(c, 1))).toBe(`${head}NOTE\nby hand\n\nNOTE\na door\n\nfirst\n00:00:01.000 --> 00:00:06.000 line:0 align:start\n<v Ann &amp; Bo>Who is\nthere?\nNobody.\n\nNOTE\nthe end\n`);
  });
});

describe("splitting", () => {
  test("cuts the text at the cursor and the time in proportion", () => {
    const cut = ops.split(film, 2, 3);
    expect(texts(cut).slice(1, 3)).toEqual(["But", "at night"]);
    expect(times(cut).slice(1, 3)).toEqual([[3.2, 3.691], [3.691, 5]]);
  });
  test("changes nothing at either end, or in a cue that is too short to be two", () => {
    for (const place of [0, 12, 99]) expect(ops.split(film, 2, place)).toBe(film);
    const short = open([{ start: 1, end: 1.001, lines: ["a b"] }]);
    expect(ops.split(short, 1, 1)).toBe(short);
    expect(ops.split(film, 99, 1)).toBe(film);
  });
});

test("joining takes the text and the time of both, and the last has nobody to join with", () => {
  const joined = ops.join(film, 2);
  expect(texts(joined)).toEqual(["Nobody knows why\nit was built.", "But at night\nthe lamp turns."]);
  expect(times(joined)[1]).toEqual([3.2, 8]);
  expect(joined[1]!.speaker).toBe("Ann");
  expect(ops.join(film, 3)).toBe(film);
});

test("a cue that starts later than others goes to its place, and keeps its id", () => {
  expect(ops.setStart(film, 1, 5.5).map((c) => c.id)).toEqual([2, 1, 3]);
  expect(times(ops.setStart(film, 1, 7))[2]).toEqual([7, 7.001]);
  expect(times(ops.setEnd(film, 1, 0))[0]).toEqual([1, 1.001]);
  expect(times(ops.setStart(film, 1, -4))[0]).toEqual([0, 3]);
});

test("a new cue ends before the next begins", () => {
  expect(times(ops.add(film, 5.5).cues)[2]).toEqual([5.5, 6]);
  expect(times(ops.add(film, 20).cues)[3]).toEqual([20, 22]);
  expect(ops.add(film, 5.5).id).toBe(4);
});

test("findings number the cues that are written", () => {
  const { cues, id } = ops.add(film, 5.5);
  expect(ops.writtenIds(cues)).toEqual([1, 2, 3]);
  expect(ops.writtenIds(ops.setText(cues, id, "So."))).toEqual([1, 2, id, 3]);
});

test("times are read as people write them, and as they are shown", () => {
  expect(["1:02.5", "62,5", " 1:00:00 ", "0", "1:2:3.25"].map(ops.parseTime)).toEqual([62.5, 62.5, 3600, 0, 3723.25]);
  expect(["", "a", "1:2:3:4", "-1", "1.2.3"].map(ops.parseTime)).toEqual([null, null, null, null, null]);
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e9 }), (ms) => void expect(ops.parseTime(ops.timeText(ms / 1000))).toBe(ms / 1000)));
});

// A step on a list of cues, whatever it holds: ids and places may fit or not.
const number = fc.double({ min: -5, max: 100, noNaN: true });
const step = fc.oneof(
  fc.tuple(fc.nat(12), fc.string()).map(([id, text]) => (c: ops.Cues) => ops.setText(c, id, text)),
  fc.tuple(fc.nat(12), number).map(([id, at]) => (c: ops.Cues) => ops.setStart(c, id, at)),
  fc.tuple(fc.nat(12), number).map(([id, at]) => (c: ops.Cues) => ops.setEnd(c, id, at)),
  fc.tuple(fc.nat(12), fc.nat(20)).map(([id, place]) => (c: ops.Cues) => ops.split(c, id, place)),
  fc.nat(12).map((id) => (c: ops.Cues) => ops.join(c, id)),
  fc.nat(12).map((id) => (c: ops.Cues) => ops.remove(c, id)),
  number.map((at) => (c: ops.Cues) => ops.add(c, at).cues),
);
const tracks = fc
  .array(fc.record({ start: fc.double({ min: 0, max: 90, noNaN: true }), long: fc.double({ min: 0, max: 9, noNaN: true }), lines: fc.array(fc.string(), { maxLength: 2 }) }), { maxLength: 6 })
  .map((cues) => open(cues.map((c) => ({ start: c.start, end: c.start + c.long, lines: c.lines }))));

test("whatever is done, starts are in order, each cue ends after it starts, ids are single, and lists are left as they were", () => {
  fc.assert(
    fc.property(tracks, fc.array(step, { maxLength: 30 }), (track, steps) => {
      let cues = track;
      for (const s of steps) {
        const before = JSON.stringify(cues);
        const after = s(cues);
        expect(JSON.stringify(cues)).toBe(before);
        cues = after;
        cues.forEach((c, i) => {
          expect(c.end).toBeGreaterThan(c.start);
          expect(c.start).toBeGreaterThanOrEqual(cues[i - 1]?.start ?? 0);
          expect(Math.round(c.start * 1000) / 1000).toBe(c.start);
        });
        expect(new Set(cues.map((c) => c.id)).size).toBe(cues.length);
      }
      expect(ops.write({ cues, beside: {} }).startsWith("WEBVTT\n")).toBe(true);
    }),
  );
});

test("splitting and joining again keeps every word, and the time from start to end", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 2 }), fc.nat(30), (text, place) => {
      const track = open([{ start: 1, end: 9, lines: text.split("\n") }]);
      const back = ops.join(ops.split(track, 1, place), 1);
      expect(back).toHaveLength(1);
      expect(times(back)).toEqual([[1, 9]]);
      expect(back[0]!.text.replace(/\s+/g, "")).toBe(text.replace(/\s+/g, ""));
    }),
  );
});

describe("history", () => {
  test("undo goes back through every step to the first, and redo to the last", () => {
    fc.assert(
      fc.property(tracks, fc.array(step, { maxLength: 30 }), (track, steps) => {
        const seen = [track];
        let h = begin(track);
        for (const s of steps) {
          h = change(h, s(h.present));
          if (h.present !== seen.at(-1)) seen.push(h.present);
        }
        for (let i = seen.length - 2; i >= 0; i--) expect((h = undo(h)).present).toBe(seen[i]);
        expect(undo(h)).toBe(h);
        for (let i = 1; i < seen.length; i++) expect((h = redo(h)).present).toBe(seen[i]);
        expect(redo(h)).toBe(h);
      }),
    );
  });
  test("the letters of a word are one step, a pause or another cue begins the next", () => {
    let h = begin("");
    for (const [text, kind, at] of [["a", "text 1", 0], ["ab", "text 1", 900], ["abc", "text 1", 4000], ["abcd", "text 2", 4100], ["x", "", 4200]] as const) h = change(h, text, kind, at);
    const back = [];
    while (h.past.length > 0) back.push((h = undo(h)).present);
    expect(back).toEqual(["abcd", "abc", "ab", ""]);
  });
  test("a change after undo forgets what was undone, and typing after undo is a step", () => {
    let h = change(change(begin("a"), "b", "t", 0), "c", "t", 9000);
    h = change(undo(h), "d", "t", 9100);
    expect(redo(h)).toBe(h);
    expect(undo(h).present).toBe("b");
  });
});
