import { expect, test } from "vitest";
import { draftsOf, dropDraft, dropDrafts, freeName, keepDraft, readDraft, targetName, type Draft } from "./draft";

class Shelf {
  held = new Map<string, string>();
  get length(): number {
    return this.held.size;
  }
  key = (i: number) => [...this.held.keys()][i] ?? null;
  getItem = (key: string) => this.held.get(key) ?? null;
  setItem(key: string, value: string): void {
    if (value.length > 500) throw new DOMException("full", "QuotaExceededError");
    this.held.set(key, value);
  }
  removeItem = (key: string) => void this.held.delete(key);
}
const draft: Draft = { track: "en", etag: '"1"', target: "en-x-edited", targetEtag: null, cues: [{ id: 1, start: 0, end: 1, text: "Hm." }], at: "2026-01-01T00:00:00Z" };

test("a draft is kept for its track of its video, until it is dropped", () => {
  const store = new Shelf();
  expect(keepDraft(store, "v", draft)).toBe(true);
  expect(readDraft(store, "v", "en")).toEqual(draft);
  expect(readDraft(store, "v", "de")).toBeNull();
  expect(readDraft(store, "w", "en")).toBeNull();
  dropDraft(store, "v", "en");
  expect(readDraft(store, "v", "en")).toBeNull();
});

test("all drafts of a video are found, also of tracks that are gone, and forgotten with the video", () => {
  const store = new Shelf();
  for (const track of ["en", "", "de-x-edited"]) keepDraft(store, "v", { ...draft, track });
  keepDraft(store, "w", draft);
  store.setItem("cuepipe.draft.v.fr", "{");
  store.setItem("cuepipe.captions", "off");
  expect(draftsOf(store, "v").map((d) => d.track)).toEqual(["", "de-x-edited", "en"]);
  dropDrafts(store, "v");
  expect(draftsOf(store, "v")).toEqual([]);
  expect(draftsOf(store, "w")).toEqual([draft]);
});

test("a device without room is told of", () => {
  const long = { ...draft, cues: [{ id: 1, start: 0, end: 1, text: "x".repeat(600) }] };
  expect(keepDraft(new Shelf(), "v", long)).toBe(false);
});

test("what is no draft is none", () => {
  const store = new Shelf();
  for (const text of ["", "{", "null", "[]", "{}", '{"target":"x","cues":[{"id":1}]}', '{"target":"x","cues":3}']) {
    store.setItem("cuepipe.draft.v.en", text);
    expect(readDraft(store, "v", "en")).toBeNull();
  }
});

test("a machine's track is saved as one of one's own, a person's as itself", () => {
  expect(targetName({ name: "en", language: "en", kind: "machine" }, ["en"])).toBe("en-x-edited");
  expect(targetName({ name: "en", language: "en", kind: "machine" }, ["EN-x-Edited", "en-x-edited2", "en"])).toBe("en-x-edited3");
  expect(targetName({ name: "en-x-bob", language: "en", kind: "human" }, ["en-x-bob"])).toBe("en-x-bob");
  expect(freeName("", [])).toBe("und-x-edited");
});
