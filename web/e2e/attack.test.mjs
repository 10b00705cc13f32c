import assert from "node:assert/strict";

import { spoken } from "./lib/films.mjs";
import { scenario } from "./lib/scenario.mjs";
import { until } from "./lib/until.mjs";
import { cuesOf } from "./lib/vtt.mjs";

// Text that would do something where it is not taken as text. Each has a word by which it is found, too.
const attacks = [
  "<img src=x onerror=alert(1)> zebra",
  "<script>alert(2)</script> yak",
  "a --> b xylophone",
  "&lt;b&gt;bold&lt;/b&gt; walrus",
  "\u202Eright to left\u202C vulture",
  "W".repeat(2000),
  "{{constructor.constructor('alert(3)')()}} ${alert(4)} urchin",
  "<c.a onclick=alert(5)>class</c> <v Bob>voice</v> 00:01.000 --> 00:02.000 tapir",
];
/** Others that only a program can send: what is not text to a reader goes, and what is left is text. */
const sent = [
  ["nul\0 wombat", /^nul\ufffd? wombat$/],
  ["<img src=x onerror=alert(7)>raw<script>alert(8)</script> quokka", /^raw(alert\(8\))? quokka$/],
  ["<b onclick=alert(9)>bold</b> & <ruby>r<rt>t</ruby> numbat", /^bold & rt? numbat$/],
];
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const stamp = (s) => `00:00:${String(s).padStart(2, "0")}.000`;
const file = (payloads) => `WEBVTT\n\n${payloads.map((text, i) => `${stamp(i)} --> ${stamp(i + 1)}\n${text}\n`).join("\n")}`;

/** Fails where text has become an element, or the page can be scrolled to the side. */
async function onlyText(alice) {
  const found = await alice.page.evaluate(() => ({
    elements: [...document.querySelectorAll("img, script:not([src]), iframe, b.bold, c, v, [onerror], [onclick], [style*=expression]")].map((e) => e.outerHTML),
    wide: document.documentElement.scrollWidth > innerWidth,
  }));
  assert.deepEqual(found, { elements: [], wide: false });
}

scenario("captions that attack, sent by the API, are text in the player, the transcript, the search and the editor", async (it) => {
  const api = it.api("alice");
  const { id, title } = await api.ready(await it.file(await spoken("jfk.wav"), "attacked.mp4"));
  await api.save(id, "en-x-attack", file([...attacks.map(escaped), ...sent.map(([text]) => text)]));
  const alice = await it.loggedIn("alice");
  await alice.watch(title);
  const transcript = alice.page.getByRole("list", { name: "Transcript" });
  await transcript.waitFor();
  const texts = await transcript.locator("li button > span:last-child").allTextContents();
  assert.deepEqual(texts.slice(0, attacks.length), attacks);
  for (const [i, [, fits]] of sent.entries()) assert.match(texts[attacks.length + i], fits);
  for (const [i, text] of texts.entries()) {
    await alice.seek(i + 0.5);
    await alice.shows(text);
  }
  await alice.seek(2); // where one ends and the next begins
  await alice.shows(texts[2]);
  await onlyText(alice);

  const search = alice.page.getByRole("searchbox", { name: "Search in this video" });
  const hits = alice.page.getByRole("list", { name: "Hits" });
  for (const [i, word] of [[0, "zebra"], [1, "yak"], [2, "xylophone"], [3, "walrus"], [4, "vulture"], [7, "tapir"]]) {
    await search.fill(word);
    await hits.locator("mark", { hasText: word }).waitFor();
    assert.ok((await hits.getByRole("button").first().locator("> span:last-child").textContent()).includes(attacks[i]));
  }
  await onlyText(alice);

  await alice.button("Edit").click();
  const cues = alice.page.getByRole("list", { name: "Cues" });
  await cues.waitFor();
  assert.deepEqual(await cues.locator(".lines").allTextContents(), texts);
  await onlyText(alice);

  await alice.button("Stop editing").click();
  await alice.page.getByRole("link", { name: "All videos" }).click();
  await alice.page.getByRole("searchbox").fill("zebra");
  const found = alice.page.locator("a.hit").filter({ hasText: "zebra" }).first();
  await found.waitFor();
  assert.ok((await found.textContent()).includes(attacks[0]));
  await onlyText(alice);
});

scenario("captions that attack, typed in the editor, are saved as text and shown as text", async (it) => {
  const api = it.api("alice");
  const { id, title } = await api.ready(await it.file(await spoken("jfk.wav"), "typed.mp4"));
  await api.save(id, "en-x-edited", file(attacks.map((_, i) => `number ${i}`)));
  const alice = await it.loggedIn("alice");
  await alice.watch(title);
  await alice.button("Edit").click();
  const cues = alice.page.getByRole("list", { name: "Cues" });
  for (const [i, text] of attacks.entries()) {
    await cues.getByRole("button", { name: `Cue ${i + 1}: ` }).click();
    // As if it were pasted: with what no key makes.
    await alice.page.getByRole("textbox", { name: `Text of cue ${i + 1}`, exact: true }).fill(i === 1 ? `${text.slice(0, 9)}\u0000${text.slice(9)}` : text);
  }
  await alice.button("Save").click();
  await alice.page.getByRole("status").filter({ hasText: "All is saved" }).waitFor();
  const saved = cuesOf(await api.captions(id, "en-x-edited.vtt"));
  assert.deepEqual(saved.map((c) => c.text), attacks);
  assert.deepEqual(saved.map((c) => c.start), attacks.map((_, i) => i));
  await alice.button("Stop editing").click();
  await alice.page.reload();
  await alice.film();
  await alice.page.getByRole("list", { name: "Transcript" }).waitFor();
  for (const [i, text] of attacks.entries()) {
    await alice.seek(i + 0.5);
    await alice.shows(text);
  }
  await onlyText(alice);
});

scenario("a file whose name attacks has it shown as text, in the list, the dialogs, the search and the title", async (it) => {
  const name = `<img src=x onerror=alert(6)> "quoted" &amp; ${"n".repeat(120)}.mp4`;
  const film = await it.file(await spoken("jfk.wav"), name);
  const title = film.slice(film.lastIndexOf("/") + 1);
  const alice = await it.loggedIn("alice");
  await alice.drop(film);
  await alice.becomes(title, "ready");
  await onlyText(alice);
  await alice.button(`Delete ${title}`).click();
  await alice.dialog("Delete this video?").getByText(title, { exact: true }).waitFor();
  await onlyText(alice);
  await alice.page.keyboard.press("Escape");
  await alice.watch(title);
  assert.equal(await alice.page.title(), `${title} – Cuepipe`);
  await onlyText(alice);
  await alice.page.getByRole("link", { name: "All videos" }).click();
  await alice.page.getByRole("searchbox").fill(it.mark);
  await until("it is found by its name", async () => (await alice.page.getByRole("region", { name: "Search results" }).getByRole("link").allTextContents()).includes(title));
  await onlyText(alice);
});
