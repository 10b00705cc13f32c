// Every view, in the light and in the dark, on a desk and on a telephone: held to the rules for accessible pages, and kept as a
// picture. docs/page.md says where.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { basename } from "node:path";

import { padded, silent, spoken } from "./lib/films.mjs";
import { broken, look, walk } from "./lib/look.mjs";
import { scenario } from "./lib/scenario.mjs";

const part = /[?&]partNumber=(\d+)/;

scenario("the views before the log-in", async (it) => {
  const alice = await it.person();
  alice.guard.expect(/status of 401/);
  await alice.open();
  await alice.button("Log in").waitFor();
  await look(alice, "welcome");
  await alice.button("Log in").hover();
  assert.deepEqual(await broken(alice.page), []);
  await walk(alice);
  await alice.button("Log in").click();
  await alice.page.getByLabel("Password").waitFor();
  await look(alice, "provider");
  await alice.page.getByLabel("Name", { exact: true }).fill("alice");
  await alice.page.getByLabel("Password", { exact: true }).fill("wrong");
  await alice.button("Log in").click();
  await alice.page.getByRole("alert").waitFor();
  await look(alice, "provider-wrong");
});

scenario("the list with videos in every state, its dialogs and its search", async (it) => {
  const api = it.api("alice");
  const [good, quiet] = [await it.file(await spoken("jfk.wav"), "good.mp4"), await it.file(await silent(), "quiet.mp4")];
  const damaged = await it.path("damaged.mp4");
  await writeFile(damaged, Buffer.alloc(50_000, "this is no film "));
  const unfinished = await it.path("unfinished, and with quite a long name as files have that somebody else has named.mp4");
  await padded(await spoken("jfk.wav"), unfinished, 81 * 2 ** 20);
  const sending = await it.path("sending.mp4");
  await padded(await spoken("jfk.wav"), sending, 81 * 2 ** 20);
  const ids = await Promise.all([good, quiet, damaged].map(async (path) => (await api.upload(path)).id));
  await Promise.all(ids.map((id) => api.becomes(id, "ready", "uncaptioned", "failed")));
  await api.create(unfinished);

  const alice = await it.loggedIn("alice");
  alice.guard.expect(/./); // what is sent is given up at the end
  await alice.page.route(part, (route) => (part.exec(route.request().url())[1] === "1" ? route.continue() : undefined));
  await alice.drop(sending);
  await alice.row(basename(sending)).getByText(/16.0 MB of 81.0 MB/).waitFor();
  await look(alice, "list");
  const order = await walk(alice);
  assert.ok(order.indexOf("Skip to the content") === 0 || order.includes("Skip to the content"), order.join(", "));

  await alice.page.getByText("Options for the next uploads").click();
  const letter = await it.path("letter.txt");
  await writeFile(letter, "Dear Cuepipe\n");
  await alice.drop(letter);
  await alice.page.getByRole("region", { name: "Upload" }).getByRole("alert").waitFor();
  await look(alice, "list-options");
  await alice.page.getByText("Options for the next uploads").click();

  for (const [button, dialog] of [[`Delete ${basename(good)}`, "Delete this video?"], [`Caption again ${basename(quiet)}`, "Caption this video again?"], [`Cancel ${basename(sending)}`, "Cancel this upload?"]]) {
    await alice.button(button).click();
    await alice.dialog(dialog).waitFor();
    await look(alice, `dialog-${dialog.split(" ")[0].toLowerCase()}`);
    await walk(alice);
    // The button that does it can be read under the pointer, too.
    await alice.dialog(dialog).getByRole("button").last().hover();
    assert.deepEqual(await broken(alice.page), []);
    await alice.page.keyboard.press("Escape");
    await alice.dialog(dialog).waitFor({ state: "detached" });
    assert.ok(await alice.button(button).evaluate((b) => b === document.activeElement), `the focus does not come back to ${button}`);
  }

  await alice.page.getByRole("searchbox").fill("country");
  await alice.page.locator("a.hit").first().waitFor();
  await look(alice, "search-all");
  await walk(alice);
  await alice.page.getByRole("searchbox").fill("zeppelin");
  await alice.page.getByText(/^Nothing found/).waitFor();
  await look(alice, "search-nothing");
});

scenario("the view of a video, its dialogs and its editor", async (it) => {
  const api = it.api("alice");
  const { id, title } = await api.ready(await it.file(await spoken("sonnet001.mp3"), "sonnet.mp4"));
  const lines = (text) => `WEBVTT\n\n00:00.500 --> 00:02.000\n${text}\n\n00:02.000 --> 00:02.300\nThis one is far too long for the time that it is shown, so that nobody can read it\n`;
  const { etag } = await api.save(id, "en-x-edited", lines("A line"));
  await api.save(id, "en-x-edited", lines("Another line"), etag);
  const alice = await it.loggedIn("alice");
  alice.guard.expect(/status of 412/);
  await alice.watch(title);
  await alice.page.getByRole("combobox", { name: "Caption track" }).selectOption("en");
  await alice.page.getByRole("list", { name: "Transcript" }).locator("li").nth(5).waitFor();
  await alice.seek(10);
  await look(alice, "watch");
  await walk(alice);
  await alice.page.getByRole("searchbox", { name: "Search in this video" }).fill("thy");
  await alice.page.getByRole("list", { name: "Hits" }).waitFor();
  await look(alice, "search-video");
  await alice.page.getByRole("searchbox").fill("");

  await alice.page.getByRole("combobox", { name: "Caption track" }).selectOption("en-x-edited");
  await alice.button("Versions").waitFor();
  for (const [button, dialog] of [["Keyboard keys", "Keyboard"], ["Download", "Download the captions"], ["Versions", /^Versions/], ["Delete track", "Delete this track?"]]) {
    await alice.button(button).click();
    await alice.dialog(dialog).waitFor();
    if (button === "Versions") await alice.button("See version 1").click().then(() => alice.page.getByRole("list", { name: "Captions of version 1" }).waitFor());
    await look(alice, `dialog-${button.split(" ")[0].toLowerCase()}${button === "Delete track" ? "-track" : ""}`);
    await walk(alice);
    await alice.page.keyboard.press("Escape");
    await alice.dialog(dialog).waitFor({ state: "detached" });
    assert.ok(await alice.button(button).evaluate((b) => b === document.activeElement), `the focus does not come back to ${button}`);
  }

  await alice.button("Edit").click();
  const cues = alice.page.getByRole("list", { name: "Cues" });
  await cues.getByRole("button", { name: "Cue 2: " }).click();
  await cues.locator(".findings li").first().waitFor();
  await look(alice, "editor");
  await walk(alice);
  await alice.page.getByRole("textbox", { name: "Text of cue 2", exact: true }).fill("Mine");
  const { etag: now } = (await api.json(`videos/${id}/captions`)).tracks.find((t) => t.name === "en-x-edited");
  await api.save(id, "en-x-edited", lines("Theirs"), now);
  await alice.button("Save").click();
  const conflict = alice.dialog("Somebody saved this track meanwhile");
  await conflict.getByRole("button", { name: "See theirs" }).click();
  await conflict.getByRole("list").waitFor();
  await look(alice, "dialog-conflict");
  await walk(alice);
  await alice.page.keyboard.press("Escape");
  await alice.button("Stop editing").click();
  await alice.dialog("Your changes are not saved").waitFor();
  await look(alice, "dialog-unsaved");
  await alice.dialog("Your changes are not saved").getByRole("button", { name: "Discard them" }).click();
});

scenario("a film in work, and what is not there", async (it) => {
  const api = it.api("alice");
  const { id, title } = await api.ready(await it.file(await spoken("sonnet001.mp3"), "in work.mp4"));
  const alice = await it.loggedIn("alice");
  alice.guard.expect(/status of 404/);
  // It is in work as the page sees it, and stays so, so that there is time to look.
  await alice.page.route(new RegExp(`/v1/videos(\\?|/${id}$)`), async (route) => {
    const response = await route.fetch();
    const body = await response.json();
    for (const video of body.videos ?? [body]) {
      if (video.id === id) Object.assign(video, { status: "captioning", tracks: [], progress: { done: 1, total: 2, heard: 30, secondsLeft: 75 } });
    }
    await route.fulfill({ response, json: body });
  });
  await alice.page.route(/und\.json\?partial=true$/, async (route) => {
    const { cues, language } = await api.json(`videos/${id}/captions/en.json`);
    await route.fulfill({ headers: { "Cuepipe-Partial": "until=30.000" }, json: { language, cues: cues.filter((c) => c.end < 30) } });
  });
  await alice.page.reload();
  await alice.becomes(title, "captioning");
  await look(alice, "list-captioning");
  await alice.page.getByRole("link", { name: title }).click();
  await alice.film();
  await alice.page.getByText("Captions so far, to 0:30. The last ones may still change.").waitFor();
  await look(alice, "watch-captioning");
  await alice.open(`#/videos/${"a".repeat(26)}`);
  await alice.page.getByRole("alert").waitFor();
  await look(alice, "watch-nothing");
});

scenario("the list of somebody who has no videos, and of somebody whom the service does not answer", async (it) => {
  const bob = await it.person();
  bob.guard.expect(/status of 503/);
  let answer = (route) => route.fulfill({ json: { videos: [] } });
  await bob.page.route(/\/v1\/videos\?/, (route) => answer(route));
  await bob.open();
  await bob.logIn("bob");
  await bob.page.getByText("No videos yet").waitFor();
  await look(bob, "list-empty");
  await walk(bob);
  const problem = { type: "about:blank", title: "Unavailable", status: 503, code: "unavailable", detail: "The service is busy. Try again in a moment." };
  answer = (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: JSON.stringify(problem) });
  await bob.page.reload();
  await bob.page.getByRole("alert").filter({ hasText: problem.detail }).waitFor();
  await look(bob, "list-error");
  answer = (route) => route.fulfill({ json: { videos: [] } });
  await bob.button("Try again").click();
  await bob.page.getByText("No videos yet").waitFor();
});

scenario("what looks for faults finds those that are planted", async (it) => {
  const alice = await it.person();
  await alice.open();
  await alice.button("Log in").waitFor();
  await alice.page.evaluate(() => {
    const button = document.createElement("button");
    button.className = "planted";
    document.querySelector("main").append(button);
    const rule = new CSSStyleSheet();
    rule.replaceSync(".planted { outline: none !important; width: 3000px }");
    document.adoptedStyleSheets = [rule];
  });
  assert.match((await broken(alice.page)).join("\n"), /button-name/);
  await assert.rejects(walk(alice), /do not show that they have the focus/);
  await assert.rejects(look(alice, "planted"), /too wide/);
});
