// A scenario is a test with browsers: each person in it has a context of their own, its files have a name of their own, and what
// it uploaded is deleted when it is over.
import { randomBytes } from "node:crypto";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chromium } from "playwright-core";

import { Api } from "./api.mjs";
import { executablePath, flags } from "./flags.mjs";
import { Guard } from "./guard.mjs";
import { Person } from "./person.mjs";
import { screenshots } from "./stage.mjs";
import { patience } from "./until.mjs";

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath, args: flags });
});
after(() => browser.close());

class Scenario {
  /** What is in the name of every file of this scenario, and of no other. */
  mark = randomBytes(4).toString("hex");
  #people = [];
  #apis = new Map();
  #folder;

  /** The API as a user calls it. */
  api(user) {
    if (!this.#apis.has(user)) this.#apis.set(user, new Api(user));
    return this.#apis.get(user);
  }

  /** Somebody with a browser that has seen nothing yet. */
  async person(options = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", reducedMotion: "reduce", ...options });
    const guard = new Guard(context);
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    const person = new Person(page, guard);
    this.#people.push(person);
    return person;
  }

  /** Somebody who is logged in. */
  async loggedIn(user, options) {
    const person = await this.person(options);
    this.api(user); // so that what they upload is deleted in the end
    await person.open();
    await person.logIn(user);
    return person;
  }

  /** A path in a folder of this scenario, for a file whose name is made its own by the mark. */
  async path(name) {
    this.#folder ??= await mkdtemp(join(tmpdir(), "cuepipe-page-"));
    return join(this.#folder, `${this.mark} ${name}`);
  }

  /** A copy of a film under a name of this scenario's own. */
  async file(film, name) {
    const path = await this.path(name);
    await copyFile(film, path);
    return path;
  }

  async verify() {
    for (const { guard, page } of this.#people) await guard.verify([page]);
  }

  /** Pictures of what people see. */
  async picture(name) {
    await mkdir(screenshots, { recursive: true });
    for (const [i, { page }] of this.#people.entries()) {
      const file = `${name.replace(/\W+/g, "-").slice(0, 60)}-${i + 1}.png`;
      await page.screenshot({ path: join(screenshots, file), timeout: 5000 }).catch(() => {}); // it may be what hangs
    }
  }

  async end() {
    for (const { page } of this.#people) {
      await page.unrouteAll({ behavior: "ignoreErrors" }); // an answer that is on its way has nobody to go to any more
      await page.context().close();
    }
    for (const api of this.#apis.values()) {
      for (const video of await api.videos()) if (video.title.includes(this.mark)) await api.remove(video.id);
    }
    if (this.#folder) await rm(this.#folder, { recursive: true });
  }
}

/** A test that runs with a Scenario. It fails also where a Guard has found something. */
export function scenario(name, run) {
  test(name, { timeout: 3 * patience }, async () => {
    const it = new Scenario();
    try {
      await run(it);
      await it.verify();
    } catch (error) {
      await it.picture(`failed ${name}`);
      throw error;
    } finally {
      await it.end();
    }
  });
}
