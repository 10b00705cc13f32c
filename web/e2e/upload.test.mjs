import assert from "node:assert/strict";
import { truncate, writeFile } from "node:fs/promises";
import { basename } from "node:path";

import { spoken } from "./lib/films.mjs";
import { scenario } from "./lib/scenario.mjs";
import { until } from "./lib/until.mjs";
import { cuesOf } from "./lib/vtt.mjs";

scenario("a film that is dropped gets its captions while one looks on, and they are shown where the WebVTT has them", async (it) => {
  const film = await it.file(await spoken("sonnet001.mp3"), "sonnet.mp4");
  const title = basename(film);
  const alice = await it.loggedIn("alice");
  await alice.drop(film);
  await alice.row(title).waitFor();
  await alice.becomes(title, "queued", "captioning", "ready");
  await alice.becomes(title, "ready"); // without a reload

  await alice.page.reload();
  await alice.watch(title);
  const cc = alice.captions();
  assert.equal(await cc.getAttribute("aria-pressed"), "true");

  const api = it.api("alice");
  const { id } = (await api.videos()).find((v) => v.title === title);
  const cues = cuesOf(await api.captions(id, "en.vtt"));
  assert.ok(cues.length >= 10, `${cues.length} cues`);
  for (const cue of [cues[0], cues[5], cues.at(-1)]) {
    const middle = Math.round((cue.start + cue.end) * 5) / 10;
    await alice.seek(middle);
    await alice.shows(cue.text);
  }
  await cc.click();
  assert.equal(await cc.getAttribute("aria-pressed"), "false");
  await alice.shows("");
  await cc.click();
  await alice.shows(cues.at(-1).text);
});

scenario("several files are dropped at once; what is no film or too large is refused with the reason, and nothing of it is sent", async (it) => {
  const jfk = await spoken("jfk.wav");
  const [one, two] = [await it.file(jfk, "one.mp4"), await it.file(jfk, "two.mp4")];
  const letter = await it.path("letter.txt");
  await writeFile(letter, "Dear Cuepipe, this is no film.\n");
  const empty = await it.path("empty.mp4");
  await writeFile(empty, "");
  const huge = await it.path("huge.mp4"); // of zeros, which take no room
  await writeFile(huge, "");
  const alice = await it.loggedIn("alice");
  const { maxSize } = await (await fetch(new URL("config", alice.page.url()))).json();
  await truncate(huge, maxSize + 1);

  await alice.drop(one, letter, huge, empty, two);
  const told = alice.page.getByRole("region", { name: "Upload" }).getByRole("alert");
  await told.waitFor();
  const text = await told.innerText();
  assert.match(text, new RegExp(`“${basename(letter)}” is neither video nor sound`));
  assert.match(text, new RegExp(`“${basename(huge)}” has 100.* A file may have at most 100`));
  assert.match(text, new RegExp(`“${basename(empty)}” is empty`));
  for (const film of [one, two]) await alice.becomes(basename(film), "ready");
  const created = alice.guard.sent("POST", /\/v1\/videos$/).map((r) => r.postDataJSON().filename);
  assert.deepEqual(created, [basename(one), basename(two)]);
  assert.equal(alice.guard.sent("PUT", /./).length, 2);
});

scenario("the list asks while something moves, less and less, and not at all when nothing does or nobody looks", async (it) => {
  const film = await it.file(await spoken("jfk.wav"), "still.mp4");
  const api = it.api("bob");
  const { title } = await api.ready(film);
  const bob = await it.person();
  await bob.page.clock.install();
  await bob.open();
  await bob.logIn("bob");
  await bob.row(title).waitFor();
  const asked = () => bob.guard.sent("GET", /\/v1\/videos/).length;
  const before = asked();
  await bob.page.clock.runFor("20:00"); // minutes, with every timer that falls due
  assert.equal(asked(), before, "the page asks although nothing moves");

  // Something that moves for ever, as the page sees it.
  await bob.page.route(/\/v1\/videos(\?|\/[a-z2-7]{26}$)/, async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    for (const video of body.videos ?? [body]) if (video.title === title) video.status = "captioning";
    await route.fulfill({ response, json: body });
  });
  await bob.page.reload();
  await bob.isIn();
  await bob.becomes(title, "captioning");
  let answered = 0;
  bob.page.on("requestfinished", (r) => /\/v1\/videos/.test(r.url()) && answered++);
  const open = asked() - answered;
  /** How often the page asks within so many seconds of its clock, each of which waits for the answers. */
  const within = async (seconds) => {
    const was = asked();
    for (let s = 0; s < seconds; s++) {
      await bob.page.clock.runFor(1000);
      await until("the page has its answers", () => asked() - answered <= open);
    }
    return asked() - was;
  };
  const first = await within(20);
  const later = await within(20);
  assert.ok(first >= 3, `${first} requests in the first 20 s`);
  assert.ok(later >= 1 && later < first, `${first} requests in the first 20 s and ${later} in the next`);
  await bob.page.evaluate(() => {
    Object.defineProperty(document, "hidden", { get: () => true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  assert.equal(await within(60), 0, "the page asks although nobody looks");
  await bob.page.evaluate(() => {
    Object.defineProperty(document, "hidden", { get: () => false });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  assert.ok((await within(5)) >= 1, "the page does not ask again when somebody looks");
});
