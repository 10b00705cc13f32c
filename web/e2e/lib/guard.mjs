// What must hold of the page whatever a test does with it. A Guard watches a browser context from its beginning, and says at the
// end what was wrong.
import assert from "node:assert/strict";

import { issuer, page as address } from "./stage.mjs";

const strict = ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"];

export class Guard {
  /** What was wrong, in the order in which it was seen. */
  found = [];
  /** Requests since the beginning, as playwright has them. */
  requests = [];
  #expected = [];
  #tokens = new Set();
  #said = [];
  #reading = [];

  constructor(context) {
    context.on("console", (message) => {
      const text = `${message.text()} ${message.location().url}`;
      this.#said.push(text);
      if (message.type() === "error" && !this.#expected.some((e) => e.test(text))) this.found.push(`the console says: ${text}`);
    });
    context.on("weberror", (error) => this.found.push(`the page failed: ${error.error().stack}`));
    context.on("dialog", (dialog) => {
      if (dialog.type() !== "beforeunload") this.found.push(`a dialog of type ${dialog.type()} opened: ${dialog.message()}`);
      void dialog.accept();
    });
    context.on("request", (request) => this.requests.push(request));
    context.on("response", (response) => this.#reading.push(this.#read(response)));
  }

  /** From here on the console may say what this expression fits: a test has provoked it. */
  expect = (expression) => void this.#expected.push(expression);

  /** Requests of a method whose address fits. */
  sent = (method, address) => this.requests.filter((r) => r.method() === method && address.test(r.url()));

  async #read(response) {
    const url = response.url();
    const type = response.request().resourceType();
    if (url.startsWith(address) && ["document", "script", "stylesheet", "image"].includes(type) && response.status() < 400) {
      const policy = response.headers()["content-security-policy"] ?? "";
      const missing = strict.filter((rule) => !policy.split("; ").includes(rule));
      if (missing.length > 0 || policy.includes("unsafe")) this.found.push(`${url} has the policy "${policy}"`);
    }
    if (url.startsWith(issuer) && response.request().method() === "POST" && response.headers()["content-type"]?.startsWith("application/json")) {
      const body = await response.json().catch(() => ({})); // the page may be gone before its answer
      for (const name of ["id_token", "access_token", "refresh_token"]) if (body[name]) this.#tokens.add(body[name]);
    }
  }

  /** Fails where anything was wrong. Tokens are looked for in addresses, in the console, and in what these pages store. */
  async verify(pages) {
    await Promise.all(this.#reading);
    const secrets = [...this.#tokens];
    const leaks = (text) => secrets.some((s) => text.includes(s)) || /eyJ[\w-]{8,}\.[\w-]{8,}/.test(text);
    for (const request of this.requests) if (leaks(decodeURIComponent(request.url()))) this.found.push(`a token is in the address of a ${request.method()} to ${new URL(request.url()).pathname}`);
    for (const text of this.#said) if (leaks(text)) this.found.push("a token is in the console");
    for (const page of pages) {
      if (!page.url().startsWith(address)) continue;
      const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
      if (leaks(stored)) this.found.push("a token is stored in the browser");
    }
    assert.deepEqual(this.found, []);
  }

  /** How many tokens were seen: none could be missed where there was none. */
  get tokens() {
    return this.#tokens.size;
  }
}
