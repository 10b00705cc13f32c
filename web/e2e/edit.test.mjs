import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { silent, spoken } from "./lib/films.mjs";
import { scenario } from "./lib/scenario.mjs";
import { until } from "./lib/until.mjs";
import { cuesOf, flat } from "./lib/vtt.mjs";

const jfk = async (it) => {
  const api = it.api("alice");
  const { id, title } = await api.ready(await it.file(await spoken("jfk.wav"), "jfk.mp4"));
  return { api, id, title };
};

/** The editor as a person uses it. */
class Editor {
  constructor(person) {
    this.person = person;
    this.box = person.page.getByRole("group", { name: "Editor", exact: true });
    this.cues = this.box.getByRole("list", { name: "Cues" });
    this.state = this.box.getByRole("status");
  }
  static async open(person, title) {
    await person.open();
    await person.isIn();
    await person.watch(title);
    return Editor.begin(person);
  }
  static async begin(person) {
    await person.button("Edit").click();
    const editor = new Editor(person);
    await editor.cues.waitFor();
    return editor;
  }
  button = (name) => this.box.getByRole("button", { name, exact: true });
  text = (number) => this.box.getByRole("textbox", { name: `Text of cue ${number}`, exact: true });
  time = (name, number) => this.box.getByRole("textbox", { name: `${name} of cue ${number}`, exact: true });
  count = () => this.cues.locator("> li").count();

  /** Opens a cue. */
  async select(number) {
    await this.cues.getByRole("button", { name: `Cue ${number}: ` }).click();
    await this.text(number).waitFor();
  }
  async save() {
    await this.button("Save").click();
    await this.saved();
  }
  saved = () => this.state.filter({ hasText: "All is saved" }).waitFor();
}

scenario("text and times are edited, cues are split and joined, and every step is taken back; what is saved is shown and downloaded", async (it) => {
  const { api, id, title } = await jfk(it);
  const before = cuesOf(await api.captions(id, "en.vtt"));
  const alice = await it.loggedIn("alice");
  const edit = await Editor.open(alice, title);
  assert.equal(await edit.count(), before.length);

  await edit.select(1);
  await edit.text(1).fill("Hello there, you two");
  await alice.seek(before[0].start + 0.1);
  await alice.shows("Hello there, you two"); // while it is edited

  await edit.text(1).evaluate((field) => field.setSelectionRange(12, 12));
  await edit.button("Split at the cursor").click();
  assert.equal(await edit.count(), before.length + 1);
  assert.equal(await edit.text(1).inputValue(), "Hello there,");
  await edit.select(2);
  assert.equal(await edit.text(2).inputValue(), "you two");
  await edit.select(1);
  await edit.button("Join with next").click();
  assert.equal(await edit.text(1).inputValue(), "Hello there,\nyou two");
  assert.equal(await edit.count(), before.length);

  const start = () => edit.time("Start", 1).inputValue();
  await edit.time("Start", 1).fill("0:00.250");
  await edit.time("Start", 1).press("Enter");
  assert.equal(await start(), "0:00.250");
  await edit.button("Start of cue 1 later").click();
  assert.equal(await start(), "0:00.350");
  await alice.seek(0.5);
  await edit.button("Start of cue 1: here").click();
  assert.equal(await start(), "0:00.500");

  for (let left = 10; left > 0 && (await edit.button("Undo").isEnabled()); left--) await edit.button("Undo").click();
  assert.equal(flat(await edit.text(1).inputValue()), flat(before[0].text));
  assert.equal(await edit.count(), before.length);
  while (await edit.button("Redo").isEnabled()) await edit.button("Redo").click();
  assert.equal(await start(), "0:00.500");

  await edit.save();
  await edit.button("Stop editing").click();
  await alice.seek(0.7);
  await alice.shows("Hello there, you two");
  await alice.page.getByRole("list", { name: "Transcript" }).getByRole("button", { name: /Hello there, you two/ }).waitFor();
  const saved = await api.captions(id, "en-x-edited.vtt");
  assert.deepEqual(cuesOf(saved)[0], { ...cuesOf(saved)[0], start: 0.5, text: "Hello there,\nyou two" });
  await alice.button("Download").click();
  const dialog = alice.dialog("Download the captions");
  const [download] = await Promise.all([alice.page.waitForEvent("download"), dialog.getByRole("button", { name: ".vtt" }).click()]);
  assert.equal(await readFile(await download.path(), "utf8"), saved);
  // The machine's track is as it was.
  assert.deepEqual(cuesOf(await api.captions(id, "en.vtt")), before);
});

scenario("what breaks a rule is told beside its cue, and is gone when it is mended", async (it) => {
  const { title } = await jfk(it);
  const alice = await it.loggedIn("alice");
  const edit = await Editor.open(alice, title);
  await edit.select(1);
  const good = await edit.text(1).inputValue();
  await edit.text(1).fill("This line is much longer than anybody could read in the time that it is there, and on any screen.");
  const finding = edit.cues.locator(".findings li").first();
  await finding.waitFor();
  assert.match(await finding.innerText(), /\d/);
  const told = await edit.text(1).getAttribute("aria-describedby");
  assert.ok(told && (await alice.page.locator(`#${told}`).isVisible()));
  await edit.text(1).fill(good);
  await edit.cues.locator(".open-cue .findings").waitFor({ state: "detached" });
});

scenario("where cues stand, their tags and comments are kept while words are corrected, and the film shows them there", async (it) => {
  const { api, id, title } = await jfk(it);
  const head = "WEBVTT By hand\n\nSTYLE\n::cue(i) { color: yellow }\n\nNOTE A voice from above\n\n";
  const first = "one\n00:00:00.500 --> 00:00:02.000 line:0 align:start\n<v Ann>Who <i>is</i> there?\n\n";
  const second = (text) => `NOTE And one from below\n\n00:00:03.000 --> 00:00:05.000 line:70%\n${text}\n`;
  await api.save(id, "en-x-edited", head + first + second("<v Bob><b>Nobodi</b>."));
  const alice = await it.loggedIn("alice");
  const edit = await Editor.open(alice, title);
  const shownAt = async (second, text, place) => {
    await alice.seek(second);
    await alice.shows(text);
    await until(`“${text}” stands where it should`, async () => (await alice.onFilm()).every(({ top }) => Math.abs(top - place) < 0.06));
  };
  await shownAt(1, "Who is there?", 0);
  await shownAt(4, "Nobodi.", 0.7);
  await it.picture("placed");

  await edit.select(2);
  await edit.cues.getByText("Stands at line:70%.").waitFor();
  await edit.text(2).fill("Nobody.");
  await alice.shows("Nobody.");
  await Promise.all([alice.page.waitForEvent("dialog", (d) => d.type() === "beforeunload"), alice.page.reload()]);
  await alice.film();
  await alice.button("Go on editing").click(); // a draft has it all, too
  await edit.save();
  await shownAt(4, "Nobody.", 0.7);
  assert.equal(await api.captions(id, "en-x-edited.vtt"), head + first + second("<v Bob>Nobody."));
  await edit.button("Stop editing").click();
  for (const voice of ["Ann", "Bob"]) await alice.page.getByRole("list", { name: "Transcript" }).getByText(voice, { exact: true }).waitFor();
});

scenario("when two edit the same track nobody loses anything, and both versions can be kept", async (it) => {
  const { api, id, title } = await jfk(it);
  const track = await api.save(id, "en-x-edited", "WEBVTT\n\n00:00.500 --> 00:02.000\nAs it was\n");
  const [one, two] = [await it.loggedIn("alice"), await it.loggedIn("alice")];
  two.guard.expect(/status of 412/);
  const [mine, theirs] = [await Editor.open(two, title), await Editor.open(one, title)];
  await theirs.select(1);
  await theirs.text(1).fill("What they wrote");
  await mine.select(1);
  await mine.text(1).fill("What I wrote");
  await theirs.save();

  await mine.button("Save").click();
  const conflict = two.dialog("Somebody saved this track meanwhile");
  await conflict.waitFor();
  await conflict.getByRole("button", { name: "See theirs" }).click();
  await conflict.getByRole("list", { name: "Their captions" }).getByText("What they wrote").waitFor();
  await conflict.getByRole("button", { name: "Back to my text" }).click();
  assert.equal(await mine.text(1).inputValue(), "What I wrote");

  await mine.button("Save").click();
  await conflict.getByRole("textbox", { name: "Save mine as another track" }).fill("en-x-mine");
  await conflict.getByRole("button", { name: "Save mine" }).click();
  await mine.saved();
  assert.equal(cuesOf(await api.captions(id, "en-x-edited.vtt"))[0].text, "What they wrote");
  assert.equal(cuesOf(await api.captions(id, "en-x-mine.vtt"))[0].text, "What I wrote");

  // And one can replace theirs knowingly: then theirs is a version.
  await theirs.text(1).fill("What they wrote next");
  one.guard.expect(/status of 412/);
  const { etag } = (await api.json(`videos/${id}/captions`)).tracks.find((t) => t.name === "en-x-edited");
  assert.notEqual(etag, track.etag);
  await api.save(id, "en-x-edited", "WEBVTT\n\n00:00.500 --> 00:02.000\nA third one\n", etag);
  await theirs.button("Save").click();
  await one.dialog("Somebody saved this track meanwhile").getByRole("button", { name: "Replace theirs" }).click();
  await theirs.saved();
  assert.equal(cuesOf(await api.captions(id, "en-x-edited.vtt"))[0].text, "What they wrote next");
  assert.equal(cuesOf(await api.captions(id, "en-x-edited.vtt?version=3"))[0].text, "A third one");
});

scenario("older versions are looked at and restored, and the present one stays among them", async (it) => {
  const { api, id, title } = await jfk(it);
  const vtt = (text) => `WEBVTT\n\n00:00.500 --> 00:02.000\n${text}\n`;
  const first = await api.save(id, "en-x-edited", vtt("The first"));
  await api.save(id, "en-x-edited", vtt("The second"), first.etag);
  const alice = await it.loggedIn("alice");
  await alice.watch(title);
  await alice.seek(1);
  await alice.shows("The second");
  await alice.button("Versions").click();
  const dialog = alice.dialog(/^Versions of /);
  await dialog.getByRole("button", { name: "See version 1" }).click();
  await dialog.getByRole("list", { name: "Captions of version 1" }).getByText("The first").waitFor();
  await dialog.getByRole("button", { name: "Restore version 1" }).click();
  await dialog.waitFor({ state: "detached" });
  await alice.shows("The first");
  const { versions } = await api.json(`videos/${id}/captions/en-x-edited/versions`);
  assert.deepEqual(versions.map((v) => v.number), [3, 2, 1]);
  assert.equal(cuesOf(await api.captions(id, "en-x-edited.vtt?version=2"))[0].text, "The second");
});

scenario("what is not saved survives a reload, is asked about before one leaves, and can be discarded", async (it) => {
  const { api, id, title } = await jfk(it);
  const alice = await it.loggedIn("alice");
  const edit = await Editor.open(alice, title);
  await edit.select(1);
  await edit.text(1).fill("Typed and not saved");
  const asked = alice.page.waitForEvent("dialog", (d) => d.type() === "beforeunload");
  await Promise.all([asked, alice.page.reload()]);
  await alice.film();
  await alice.button("Go on editing").click();
  await edit.select(1);
  assert.equal(await edit.text(1).inputValue(), "Typed and not saved");

  // Leaving by a link asks; what is kept is offered again.
  await alice.page.getByRole("link", { name: "All videos" }).click();
  const leaving = alice.dialog("Your changes are not saved");
  await leaving.getByRole("button", { name: "Keep on this device" }).click();
  await alice.row(title).waitFor();
  await alice.watch(title);
  await alice.button("Discard them").click();
  await alice.button("Go on editing").waitFor({ state: "detached" });
  await Editor.begin(alice);
  await edit.select(1);
  assert.notEqual(await edit.text(1).inputValue(), "Typed and not saved");

  // And it can be saved on the way out.
  await edit.text(1).fill("Saved on the way out");
  await edit.button("Stop editing").click();
  await leaving.getByRole("button", { name: "Save", exact: true }).click();
  await edit.box.waitFor({ state: "detached" });
  await until("it is saved", async () => cuesOf(await api.captions(id, "en-x-edited.vtt"))[0].text === "Saved on the way out");
});

scenario("a film in which the machine heard nothing is captioned by hand", async (it) => {
  const api = it.api("alice");
  const { id, title } = await api.upload(await it.file(await silent(), "silent.mp4"));
  await api.becomes(id, "uncaptioned");
  const alice = await it.loggedIn("alice");
  await alice.row(title).getByText("No captions").waitFor();
  await alice.watch(title);
  await alice.button("Write captions").click();
  const edit = new Editor(alice);
  await alice.seek(1);
  await edit.button("Add a cue here").click();
  await edit.text(1).fill("(nobody speaks)");
  await alice.shows("(nobody speaks)"); // before it is saved, too
  await edit.save();
  await alice.seek(1.5);
  await alice.shows("(nobody speaks)");
  assert.equal(cuesOf(await api.captions(id, "en-x-edited.vtt"))[0].start, 1);
});
