import assert from "node:assert/strict";
import { basename } from "node:path";

import { padded, spoken } from "./lib/films.mjs";
import { scenario } from "./lib/scenario.mjs";
import { until } from "./lib/until.mjs";

const size = 65 * 2 ** 20; // bytes, in parts of 16 MiB
const parts = 5;

/** A PUT of a part, and its number. */
const part = /[?&]partNumber=(\d+)/;
const numberOf = (request) => Number(part.exec(request.url())[1]);

/** Counts what becomes of the parts that a page sends, by their numbers. */
function counting(person) {
  const arrived = new Map();
  person.page.on("response", (response) => {
    if (response.request().method() !== "PUT" || !part.test(response.url()) || response.status() !== 200) return;
    const number = numberOf(response.request());
    arrived.set(number, (arrived.get(number) ?? 0) + 1);
  });
  return arrived;
}
const once = new Map(Array.from({ length: parts }, (_, i) => [i + 1, 1]));
const sorted = (map) => new Map([...map].sort(([a], [b]) => a - b));

async function large(it, name) {
  const path = await it.path(name);
  await padded(await spoken("jfk.wav"), path, size);
  return path;
}

scenario("an upload that a reload has broken off goes on with the same file, and no part is sent twice", async (it) => {
  const film = await large(it, "broken off.mp4");
  const title = basename(film);
  const alice = await it.loggedIn("alice");
  const arrived = counting(alice);
  // Two parts go through; the others hang until the page is gone.
  await alice.page.route(part, (route) => (numberOf(route.request()) <= 2 ? route.continue() : undefined));
  await alice.drop(film);
  const row = alice.row(title);
  await row.getByRole("progressbar", { name: `Uploading ${title}` }).waitFor();
  await until("two parts are there", () => arrived.size === 2);
  alice.guard.expect(/./); // requests that end with the page
  await alice.page.reload();
  await alice.page.unroute(part);
  await alice.isIn();
  await row.getByText("Upload not finished: choose the file again to go on.").waitFor();

  const other = await it.file(await spoken("jfk.wav"), "another.mp4");
  const again = row.getByRole("button", { name: `Choose the file again for ${title}` });
  await alice.choose(again, other);
  await row.getByRole("alert").filter({ hasText: "is another file" }).waitFor();
  await alice.choose(again, film);
  await alice.becomes(title, "ready");
  assert.deepEqual(sorted(arrived), once);
});

scenario("an upload that is paused stands still, and goes on where it was", async (it) => {
  const film = await large(it, "paused.mp4");
  const title = basename(film);
  const alice = await it.loggedIn("alice");
  const arrived = counting(alice);
  const held = [];
  let hold = true;
  await alice.page.route(part, (route) => (hold && numberOf(route.request()) > 1 ? void held.push(route) : route.continue()));
  await alice.drop(film);
  const row = alice.row(title);
  await until("one part is there, and the others are under way", () => arrived.size === 1 && held.length >= 2);
  await row.getByRole("button", { name: `Pause ${title}` }).click();
  await row.getByText("Paused", { exact: true }).waitFor();
  const sent = alice.guard.sent("PUT", part).length;
  hold = false;
  for (const route of held) await route.continue().catch(() => {}); // the page has given them up
  await row.getByRole("button", { name: `Resume ${title}` }).waitFor();
  assert.equal(alice.guard.sent("PUT", part).length, sent);
  await row.getByRole("button", { name: `Resume ${title}` }).click();
  await alice.becomes(title, "ready");
  assert.deepEqual(sorted(arrived), once);
});

scenario("parts whose connection breaks are sent again by themselves, the others are not", async (it) => {
  const film = await large(it, "cut.mp4");
  const title = basename(film);
  const alice = await it.loggedIn("alice");
  alice.guard.expect(/net::ERR_CONNECTION_RESET/);
  const arrived = counting(alice);
  const cut = new Set();
  await alice.page.route(part, (route) => {
    const number = numberOf(route.request());
    if (number % 2 === 1 || cut.has(number)) return route.continue();
    cut.add(number);
    return route.abort("connectionreset");
  });
  await alice.drop(film);
  await alice.becomes(title, "ready");
  assert.deepEqual([...cut].sort(), [2, 4]);
  assert.deepEqual(sorted(arrived), once);
  assert.equal(alice.guard.sent("PUT", part).length, parts + cut.size);
});

scenario("an upload that is cancelled leaves nothing", async (it) => {
  const film = await large(it, "cancelled.mp4");
  const title = basename(film);
  const alice = await it.loggedIn("alice");
  alice.guard.expect(/./);
  await alice.page.route(part, () => {});
  await alice.drop(film);
  const row = alice.row(title);
  await row.getByRole("button", { name: `Cancel ${title}` }).click();
  await alice.dialog("Cancel this upload?").getByRole("button", { name: "Cancel the upload" }).click();
  await row.waitFor({ state: "detached" });
  await alice.page.unroute(part);
  const titles = (await it.api("alice").videos()).map((v) => v.title);
  assert.ok(!titles.includes(title));
});
