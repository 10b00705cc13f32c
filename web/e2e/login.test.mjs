import assert from "node:assert/strict";

import { spoken } from "./lib/films.mjs";
import { scenario } from "./lib/scenario.mjs";
import { issuer, page as address } from "./lib/stage.mjs";

scenario("a wrong password is told, the right one logs in, and a log-out ends it", async (it) => {
  const alice = await it.person();
  alice.guard.expect(/status of 401/); // the form's own answer
  await alice.open();
  await alice.heading("Every video gets its captions").waitFor();
  await alice.logIn("alice", "wrong");
  await alice.page.getByRole("alert").filter({ hasText: "not a name and password that go together" }).waitFor();
  assert.equal(new URL(alice.page.url()).origin, issuer);

  await alice.page.getByLabel("Password", { exact: true }).fill("down-the-rabbit-hole");
  await alice.button("Log in").click();
  await alice.isIn();
  assert.equal(alice.page.url(), address, "the code stays in the address");
  await alice.page.getByText("Alice Liddell").waitFor();
  assert.ok(alice.guard.tokens >= 2, "the guard has seen no tokens, and so would miss them elsewhere");

  await alice.page.reload();
  await alice.isIn(); // without typing
  assert.equal(alice.page.url(), address);

  await alice.button("Log out").click();
  await alice.heading("Every video gets its captions").waitFor();
  await alice.page.reload();
  await alice.button("Log in").click();
  await alice.page.getByLabel("Password", { exact: true }).waitFor(); // the session there has ended, too
});

scenario("whoever cancels at the provider is back at the page, and can try again", async (it) => {
  const alice = await it.person();
  await alice.open();
  await alice.button("Log in").click();
  await alice.button("Cancel").click();
  await alice.page.getByRole("alert").filter({ hasText: "The log-in did not succeed" }).waitFor();
  assert.equal(alice.page.url(), address);
  await alice.logIn("alice");
});

scenario("two users share nothing", async (it) => {
  const film = await it.file(await spoken("jfk.wav"), "secret.mp4");
  const { id, title } = await it.api("alice").ready(film);
  const alice = await it.loggedIn("alice");
  await alice.row(title).waitFor();

  const bob = await it.loggedIn("bob");
  bob.guard.expect(/status of 404/);
  await bob.page.getByRole("region", { name: "Your videos" }).locator("li.row, .empty").first().waitFor();
  assert.equal(await bob.row(title).count(), 0);
  await bob.open(`#/videos/${id}`);
  await bob.isIn();
  await bob.page.getByRole("alert").waitFor();
  assert.equal(await bob.page.locator("video").count(), 0);
  assert.ok(!(await bob.page.locator("body").innerText()).includes(title));

  // Nor do they where they share a browser.
  await alice.button("Log out").click();
  await alice.logIn("bob");
  await alice.page.getByRole("region", { name: "Your videos" }).locator("li.row, .empty").first().waitFor();
  assert.equal(await alice.row(title).count(), 0);
});

scenario("the page's policy forbids what is not its own, and this test would notice", async (it) => {
  const alice = await it.person();
  await alice.open();
  await alice.button("Log in").waitFor();
  const ran = await alice.page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = true'><p style='color: red' id='styled'>x</p>");
    return [window.ran, getComputedStyle(document.getElementById("styled")).color === "rgb(255, 0, 0)"];
  });
  assert.deepEqual(ran, [undefined, false]);
  await alice.page.waitForEvent("console", { predicate: () => alice.guard.found.length >= 3 }).catch(() => {});
  const violations = alice.guard.found.filter((text) => /Content Security Policy/.test(text));
  assert.ok(violations.length >= 3, alice.guard.found.join("\n"));
  alice.guard.found = [];
});
