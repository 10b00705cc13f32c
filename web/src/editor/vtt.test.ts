import fc from "fast-check";
import { expect, test } from "vitest";
import type { Cue } from "../api/types";
import { cueText, says, timestamp, voiceOf, writeVTT } from "./vtt";

const cue = (...lines: string[]): Cue => ({ start: 1, end: 2.5, lines });
/** How a reader takes a cue's text: tags go, entities become what they stand for. */
const read = (payload: string) => payload.replace(/<[^>]*>/g, "").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

test("a track without cues is a file of its own", () => expect(writeVTT([])).toBe("WEBVTT\n"));

test("cues are written with their times and lines, those that say nothing are left out", () => {
  const cues = [cue("Nobody knows", "why."), cue(" ", ""), { start: 3661.5, end: 3662, lines: ["So?"], speaker: "Ann <b>" }];
  expect(writeVTT(cues)).toBe("WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nNobody knows\nwhy.\n\n01:01:01.500 --> 01:01:02.000\n<v Ann &lt;b&gt;>So?\n");
});

test("text that attacks stays text", () => {
  expect(cueText(cue("<img src=x onerror=alert(1)>"))).toBe("&lt;img src=x onerror=alert(1)&gt;");
  expect(cueText(cue("a --> b"))).toBe("a --&gt; b");
  expect(cueText(cue("nul\u0000, bell\u0007, and next\u0085"))).toBe("nul, bell, and next");
  expect(cueText(cue("&lt;b&gt;"))).toBe("&amp;lt;b&amp;gt;");
  expect(cueText(cue("one\n\n\ntwo\r\n \rthree"))).toBe("one\ntwo\nthree");
  expect(cueText(cue("half a pair: \ud800"))).toBe("half a pair: \ufffd");
  expect(cueText({ lines: ["text"], speaker: "x>\n\n00:01.000 --> 00:02.000\n<script>" })).not.toMatch(/\n|-->|<script/);
});

test("who speaks is read from a voice that all of the text has", () => {
  const voices = ["<v Ann>a", "<v.loud Ann &amp; Bo>a</v>", "<v 1 &#61; 2>a", "<v>a", "a <v Ann>b", "<v A>a</v> <v B>b", "<i>a</i>", ""];
  expect(voices.map(voiceOf)).toEqual(["Ann", "Ann & Bo", "1 = 2", undefined, undefined, undefined, undefined, undefined]);
  expect(voiceOf(undefined)).toBeUndefined();
});

test("whatever is typed, a file has a cue for each that says something, and reads back as its lines", () => {
  const line = fc.string({ unit: fc.oneof(fc.constantFrom("<", ">", "&", "-", "-->", "\n", "\r", "\u0000", " ", "{", "NOTE ", "\u2028"), fc.string({ unit: "grapheme", minLength: 1, maxLength: 2 })) });
  fc.assert(
    fc.property(fc.array(fc.array(line, { maxLength: 3 }), { maxLength: 5 }), (texts) => {
      const cues = texts.map((lines, i) => ({ start: i, end: i + 1, lines }));
      const [head, ...blocks] = writeVTT(cues).split("\n\n");
      expect(head!.trim()).toBe("WEBVTT");
      const written = cues.filter(says);
      expect(blocks).toHaveLength(written.length);
      blocks.forEach((block, i) => {
        const [times, ...payload] = block.replace(/\n$/, "").split("\n");
        expect(times).toBe(`${timestamp(written[i]!.start)} --> ${timestamp(written[i]!.end)}`);
        expect(payload.join("\n")).not.toContain("-->");
        expect(payload.every((l) => l.trim() !== "")).toBe(true);
        expect(read(payload.join("\n"))).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
      });
    }),
  );
});

test("printable text is written and read back the same", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii", minLength: 1 }), (text) => {
      fc.pre(text.trim() !== "");
      expect(read(cueText(cue(text)))).toBe(text.trim());
    }),
  );
});

test("times are whole milliseconds and carry over", () => {
  expect([0, 59.9996, 3599.9999, 360000].map(timestamp)).toEqual(["00:00:00.000", "00:01:00.000", "01:00:00.000", "100:00:00.000"]);
});
