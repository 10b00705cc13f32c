import assert from "node:assert/strict";

import { page as address, passwords } from "./stage.mjs";
import { until } from "./until.mjs";

/** A Person does with the page what people do: looks for what has a name, clicks and types. */
export class Person {
  constructor(page, guard) {
    this.page = page;
    this.guard = guard;
  }

  open = (fragment = "") => this.page.goto(address + fragment);
  button = (name, exact = true) => this.page.getByRole("button", { name, exact });
  heading = (name, exact = true) => this.page.getByRole("heading", { name, exact });
  dialog = (name) => this.page.getByRole("dialog", { name });

  /** Logs in from the page's first view, at the provider. */
  async logIn(user, password = passwords[user]) {
    await this.button("Log in").click();
    await this.page.getByLabel("Name", { exact: true }).fill(user);
    await this.page.getByLabel("Password", { exact: true }).fill(password);
    await this.button("Log in").click();
    if (password === passwords[user]) await this.isIn();
  }
  isIn = () => this.button("Log out").waitFor();

  /** Drops files on the page from outside the browser, by their paths. */
  async drop(...files) {
    const box = await this.page.getByRole("region", { name: "Upload" }).boundingBox();
    const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    const session = await this.page.context().newCDPSession(this.page);
    for (const type of ["dragEnter", "dragOver", "drop"]) {
      await session.send("Input.dispatchDragEvent", { type, ...at, data: { items: [], files, dragOperationsMask: 1 } });
    }
    await session.detach();
  }

  /** Chooses files by the button and the browser's own dialog. */
  async choose(button, ...files) {
    const [chooser] = await Promise.all([this.page.waitForEvent("filechooser"), button.click()]);
    await chooser.setFiles(files);
  }

  /** The row of a video in the list, by its title. */
  row = (title) => this.page.locator("li.row").filter({ has: this.page.getByRole("heading", { name: title, exact: true }) });

  /** Waits until the list says that a video has one of these states, without loading the page again. */
  becomes = (title, ...states) => this.row(title).and(this.page.locator(states.map((s) => `[data-status="${s}"]`).join())).waitFor();

  /** Opens a video from the list. */
  async watch(title) {
    await this.page.getByRole("link", { name: title, exact: true }).click();
    await this.heading(title).waitFor();
    await this.film();
  }

  /** Waits until the film can be played. */
  film = () => this.page.waitForFunction(() => document.querySelector("video")?.readyState >= 2);

  video = (property) => this.page.locator("video").evaluate((v, name) => v[name], property);
  captions = () => this.button("CC captions");

  /** Goes to a second of the film by its slider, and waits until the film is there. */
  async seek(seconds) {
    await this.page.getByRole("slider", { name: "Position" }).fill(seconds.toFixed(1));
    await this.at(seconds);
  }
  at = (seconds, by = 0.15) =>
    this.page.waitForFunction(([to, near]) => {
      const v = document.querySelector("video");
      return !v.seeking && v.readyState >= 2 && Math.abs(v.currentTime - to) <= near;
    }, [seconds, by]);

  /** The captions that the browser draws on the film at this moment. */
  drawn = async () => (await this.onFilm()).map((cue) => cue.text).join("\n");

  /**
   * What the browser draws on the film, by what it has drawn it with: the tree below the video element that no script can see.
   * top is how far down the picture a cue begins, from 0 to 1.
   */
  async onFilm() {
    const session = await this.page.context().newCDPSession(this.page);
    const { root } = await session.send("DOM.getDocument", { depth: -1, pierce: true });
    const attribute = (node, name) => node.attributes?.[node.attributes.indexOf(name) + 1];
    const all = (node) => [node, ...[...(node.shadowRoots ?? []), ...(node.children ?? [])].flatMap(all)];
    const text = (node) => (node.nodeName === "BR" ? "\n" : (node.nodeValue ?? "")) + (node.children ?? []).map(text).join("");
    const video = all(root).find((node) => node.nodeName === "VIDEO");
    const shown = all(video).filter((node) => node.attributes?.includes("pseudo") && attribute(node, "pseudo") === "-webkit-media-text-track-display");
    const boxOf = async ({ nodeId }) => (await session.send("DOM.getBoxModel", { nodeId }).catch(() => undefined))?.model;
    const film = await boxOf(video);
    const cues = [];
    for (const node of shown) cues.push({ text: text(node), top: (((await boxOf(node))?.border[1] ?? NaN) - film?.content[1]) / film?.height });
    await session.detach();
    return cues;
  }

  /** Waits until exactly this is drawn, however its lines are broken. */
  async shows(text) {
    const flat = (t) => t.replace(/\s+/g, " ").trim();
    let last;
    await until(`the film shows “${text}”`, async () => flat((last = await this.drawn())) === flat(text), 10_000).catch((error) => {
      assert.equal(flat(last ?? ""), flat(text), error.message);
    });
  }
}
