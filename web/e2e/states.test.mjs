import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { basename } from "node:path";

import { silent, spoken } from "./lib/films.mjs";
import { scenario } from "./lib/scenario.mjs";

scenario("a film without speech and a damaged one say why they have no captions", async (it) => {
  const quiet = await it.file(await silent(), "quiet.mp4");
  const damaged = await it.path("damaged.mp4");
  await writeFile(damaged, Buffer.alloc(50_000, "this is no film "));
  const alice = await it.loggedIn("alice");
  await alice.drop(quiet, damaged);
  await alice.becomes(basename(quiet), "uncaptioned");
  await alice.becomes(basename(damaged), "failed");
  const api = it.api("alice");
  for (const video of await api.videos()) {
    if (!video.title.includes(it.mark)) continue;
    assert.ok(["no_speech", "not_media"].includes(video.failure.code), video.failure.code);
    await alice.row(video.title).getByText(video.failure.message, { exact: true }).waitFor();
  }
  alice.guard.expect(/./); // what is no film cannot be played
  await alice.page.getByRole("link", { name: basename(damaged), exact: true }).click();
  await alice.page.getByRole("alert").filter({ hasText: "This browser cannot play the file" }).waitFor();
});

scenario("a video is captioned again after a dialog that says what that does, with other wishes", async (it) => {
  const { id, title } = await it.api("alice").ready(await it.file(await spoken("jfk.wav"), "again.mp4"));
  const alice = await it.loggedIn("alice");
  await alice.watch(title);
  await alice.button("Caption again").click();
  const dialog = alice.dialog("Caption this video again?");
  await dialog.getByText("The automatic captions go at once, and are made anew.").waitFor();
  await dialog.getByRole("button", { name: "Back" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal(alice.guard.sent("POST", /retry$/).length, 0);
  assert.ok(await alice.button("Caption again").evaluate((b) => b === document.activeElement), "the focus does not come back");

  await alice.button("Caption again").click();
  await dialog.getByRole("combobox", { name: "Style of the captions" }).selectOption("netflix");
  await dialog.getByRole("textbox", { name: "Names that are said" }).fill("Kennedy\n\n  Washington ");
  await dialog.getByRole("button", { name: "Caption again" }).click();
  await dialog.waitFor({ state: "detached" }); // the video is queued by then, and what is awaited below is not what was there before
  await alice.page.getByRole("list", { name: "Transcript" }).waitFor();
  await alice.page.locator(".title .chip", { hasText: "Captioned" }).waitFor();
  const { profile, names, status } = await it.api("alice").becomes(id, "ready");
  assert.deepEqual({ profile, names, status }, { profile: "netflix", names: ["Kennedy", "Washington"], status: "ready" });
});

scenario("a video is deleted after a dialog that says what goes", async (it) => {
  const { id, title } = await it.api("alice").ready(await it.file(await spoken("jfk.wav"), "gone.mp4"));
  const alice = await it.loggedIn("alice");
  await alice.button(`Delete ${title}`).click();
  const dialog = alice.dialog("Delete this video?");
  await dialog.getByText("The file and its captions will be removed. This cannot be undone.").waitFor();
  await alice.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.equal(alice.guard.sent("DELETE", /./).length, 0);

  await alice.button(`Delete ${title}`).click();
  await dialog.getByRole("button", { name: "Delete for good" }).click();
  await alice.row(title).waitFor({ state: "detached" });
  await assert.rejects(it.api("alice").video(id), { status: 404 });
  await alice.page.reload();
  await alice.isIn();
  await alice.page.getByRole("region", { name: "Your videos" }).locator("li.row, .empty").first().waitFor();
  assert.equal(await alice.row(title).count(), 0);
});
