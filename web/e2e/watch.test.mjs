import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";

import { long, spoken } from "./lib/films.mjs";
import { scenario } from "./lib/scenario.mjs";
import { until } from "./lib/until.mjs";
import { cuesOf, flat } from "./lib/vtt.mjs";

/** A person who watches the sonnet, with the cues that it has. */
async function sonnet(it) {
  const api = it.api("alice");
  const { id, title } = await api.ready(await it.file(await spoken("sonnet001.mp3"), "sonnet.mp4"));
  const alice = await it.loggedIn("alice");
  await alice.watch(title);
  const transcript = alice.page.getByRole("list", { name: "Transcript" });
  await transcript.waitFor();
  return { alice, api, id, title, transcript, cues: cuesOf(await api.captions(id, "en.vtt")) };
}

scenario("a film is played, sought and captioned by the keyboard alone", async (it) => {
  const { alice, cues } = await sonnet(it);
  const keys = alice.page.keyboard;
  await alice.heading(/sonnet/).focus();
  await keys.press(" ");
  await alice.button("Pause").waitFor();
  await until("it plays", async () => (await alice.video("currentTime")) > 0.3);
  await keys.press("k");
  await alice.button("Play").waitFor();
  assert.equal(await alice.video("paused"), true);

  await alice.seek(20);
  await keys.press("ArrowRight"); // on the slider itself, which moves by its own step
  await alice.heading(/sonnet/).focus();
  await alice.seek(20);
  await alice.heading(/sonnet/).focus();
  await keys.press("ArrowRight");
  await alice.at(25);
  await keys.press("ArrowLeft");
  await keys.press("ArrowLeft");
  await alice.at(15);

  const cue = cues.find((c) => c.start > 15);
  await alice.seek((cue.start + cue.end) / 2);
  await alice.heading(/sonnet/).focus();
  await alice.shows(cue.text);
  await keys.press("c");
  await alice.shows("");
  assert.equal(await alice.captions().getAttribute("aria-pressed"), "false");
  // It is remembered.
  await alice.page.reload();
  await alice.film();
  await alice.page.waitForFunction(() => document.querySelector(".cc[aria-pressed=false]:not([disabled])"));
  await alice.heading(/sonnet/).focus();
  await keys.press("c");
  await alice.seek((cue.start + cue.end) / 2);
  await alice.shows(cue.text);
  await keys.press("m");
  await alice.button("Sound on").waitFor();

  // Letters can be turned off, for those who speak to their machine.
  await alice.button("Keyboard keys").click();
  await alice.dialog("Keyboard").getByRole("checkbox", { name: "Single letters do something" }).uncheck();
  await keys.press("Escape");
  await alice.dialog("Keyboard").waitFor({ state: "detached" });
  assert.ok(await alice.button("Keyboard keys").evaluate((b) => b === document.activeElement), "the focus does not come back");
  await keys.press("c");
  await alice.shows(cue.text);
});

scenario("the transcript follows the film, and jumps where one clicks or presses Enter", async (it) => {
  const { alice, cues, transcript } = await sonnet(it);
  const lines = transcript.getByRole("button");
  assert.equal(await lines.count(), cues.length);
  const texts = (await lines.allInnerTexts()).map((t) => flat(t.replace(/^[\d:]+\s/, "")));
  assert.deepEqual(texts, cues.map((c) => flat(c.text)));
  const current = async () => (await transcript.locator("[aria-current=true]").allInnerTexts()).map((t) => flat(t.replace(/^[\d:]+\s/, ""))).join();

  await lines.nth(4).click();
  await alice.at(cues[4].start);
  await until("the line is marked", async () => (await current()) === flat(cues[4].text));
  await lines.nth(7).press("Enter");
  await alice.at(cues[7].start);
  await until("the line is marked", async () => (await current()) === flat(cues[7].text));

  await alice.page.keyboard.press("ArrowDown");
  assert.ok(await lines.nth(8).evaluate((b) => b === document.activeElement), "the arrow key does not go to the next line");

  // It follows while the film plays, and brings the line into view.
  await alice.seek(cues.at(-2).start - 0.5);
  await alice.button("Play").click();
  await until("the line is marked", async () => (await current()) === flat(cues.at(-2).text));
  const inView = () => transcript.evaluate((list) => {
    const line = list.querySelector("[aria-current=true]")?.getBoundingClientRect();
    const box = list.getBoundingClientRect();
    return line !== undefined && line.top >= box.top - 1 && line.bottom <= box.bottom + 1;
  });
  await until("the line is in view", inView);
  await alice.button("Pause").click();

  // And it does not where somebody turned that off.
  const follow = alice.button("Follow the film");
  await follow.click();
  assert.equal(await follow.getAttribute("aria-pressed"), "false");
  await transcript.evaluate((list) => list.scrollTo(0, list.scrollHeight));
  const place = await transcript.evaluate((list) => list.scrollTop);
  await alice.seek(cues[0].start + 0.1);
  await until("the line is marked", async () => (await current()) === flat(cues[0].text));
  assert.equal(await transcript.evaluate((list) => list.scrollTop), place);
});

scenario("what is said is found in the video and over all videos, and jumped to", async (it) => {
  const { alice, cues, title } = await sonnet(it);
  const cue = cues.find((c) => /famine/i.test(c.text));
  assert.ok(cue, "the recogniser did not hear what is searched for");
  await alice.page.getByRole("searchbox", { name: "Search in this video" }).fill("FAMIN");
  const hits = alice.page.getByRole("list", { name: "Hits" });
  await hits.getByRole("button").first().waitFor();
  assert.match(await hits.locator("mark").first().innerText(), /^famin/i);
  await hits.getByRole("button").first().click();
  await until("the film is at the hit", async () => Math.abs((await alice.video("currentTime")) - cue.start) < 6);
  await alice.page.getByRole("searchbox").fill("zeppelin");
  await alice.page.getByText("0 hits", { exact: true }).waitFor();

  await alice.page.getByRole("link", { name: "All videos" }).click();
  await alice.row(title).waitFor();
  await alice.page.getByRole("searchbox", { name: "Search what was said in all videos" }).fill("famine");
  const results = alice.page.getByRole("region", { name: "Search results" });
  const row = results.locator("li.row").filter({ has: alice.page.getByRole("heading", { name: title, exact: true }) });
  await row.waitFor();
  assert.match(await row.locator(".hit mark").first().innerText(), /^famine/i);
  await row.locator("a.hit").first().click();
  await alice.heading(title).waitFor();
  await alice.film();
  await until("the film is at the hit", async () => Math.abs((await alice.video("currentTime")) - cue.start) < 6);
  assert.ok(!alice.page.url().includes("famine"), "what was searched for is in the address");
});

scenario("a film is watched while it is still being captioned, and its captions grow meanwhile", async (it) => {
  const film = await it.file(await long(600), "long.mp4");
  const alice = await it.loggedIn("alice");
  const { title } = await it.api("alice").upload(film).then(({ id }) => it.api("alice").becomes(id, "captioning", "ready"));
  await alice.page.reload();
  await alice.isIn();
  await alice.page.getByRole("link", { name: title, exact: true }).click();
  await alice.film();
  const transcript = alice.page.getByRole("list", { name: "Transcript" });
  const seen = [];
  await alice.button("Play").click();
  await until("the whole film has its captions", async () => {
    const now = await alice.page.evaluate(() => ({
      early: document.querySelector(".chip")?.textContent === "Captioning",
      told: document.querySelector(".note")?.textContent ?? "",
      cues: document.querySelectorAll("[aria-label=Transcript] li").length,
      time: document.querySelector("video").currentTime,
    }));
    if (now.cues !== (seen.at(-1)?.cues ?? 0) || !now.early) seen.push(now);
    return !now.early;
  });
  const all = cuesOf(await it.api("alice").captions((await it.api("alice").videos()).find((v) => v.title === title).id, "en.vtt"));
  // The last ones may be there a moment before the page hears that the video is ready: these are no "so far" any more.
  const early = seen.filter((s) => s.early && s.cues > 0 && !(s.told === "" && s.cues === all.length));
  assert.ok(early.length >= 2, `captions were seen to grow ${early.length} times: ${JSON.stringify(seen)}`);
  assert.ok(early.every((s) => /^Captions so far, to /.test(s.told)), JSON.stringify(early));
  for (let i = 1; i < early.length; i++) assert.ok(early[i].cues > early[i - 1].cues && early[i].time > early[i - 1].time, JSON.stringify(early));
  await until("all cues are there", async () => (await transcript.locator("li").count()) === all.length);
  assert.equal(await alice.video("paused"), false);
  const time = await alice.video("currentTime");
  await until("the film goes on", async () => (await alice.video("currentTime")) > time);
});

scenario("a track is downloaded in every format, as the API has it", async (it) => {
  const { alice, api, id, title } = await sonnet(it);
  await alice.button("Download").click();
  const dialog = alice.dialog("Download the captions");
  const offered = await dialog.locator(".format b").allInnerTexts();
  assert.deepEqual(offered, [".vtt", ".srt", ".ttml", ".sbv", ".txt", ".json", "report"]);
  for (const format of offered) {
    const [download] = await Promise.all([alice.page.waitForEvent("download"), dialog.locator(".format").filter({ hasText: format }).first().click()]);
    const ending = format.replace(".", "");
    assert.equal(download.suggestedFilename(), `${basename(title, ".mp4")}.en.${ending === "report" ? "report.json" : ending}`);
    assert.equal(await readFile(await download.path(), "utf8"), await api.captions(id, `en.${ending}`));
  }
});
