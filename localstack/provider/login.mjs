// The pages between "log in" and the way back: the form, and what becomes of it.
import { readFileSync } from "node:fs";

import { form, message, send } from "./pages.mjs";
import { check } from "./users.mjs";

const MOST = 4096; // bytes of a form

const FILES = new Map([
  ["/style.css", { type: "text/css; charset=utf-8", content: readFileSync(new URL("style.css", import.meta.url)) }],
  ["/logout.js", { type: "text/javascript; charset=utf-8", content: readFileSync(new URL("logout.js", import.meta.url)) }],
]);

// interactions returns a handler that answers what is not the provider's own and says whether it did. Forms may lead to the
// addresses in targets: browsers hold a form's policy against where its answer redirects to, too.
export function interactions(provider, targets) {
  const policy = [...new Set(targets.map((target) => new URL(target).origin))].join(" ");

  return async (request, response) => {
    const { pathname } = new URL(request.url, "http://provider");
    const file = FILES.get(pathname);
    if (file && request.method === "GET") {
      response.writeHead(200, { "Content-Type": file.type, "X-Content-Type-Options": "nosniff" }).end(file.content);
      return true;
    }
    if (!/^\/login\/[\w-]+$/.test(pathname)) return false;

    let details;
    try {
      details = await provider.interactionDetails(request, response);
    } catch {
      send(response, 400, message("This log-in has ended", "It was begun too long ago, or in another browser. Go back to Cuepipe and log in from there."));
      return true;
    }
    if (request.method === "GET") {
      send(response, 200, form({ action: pathname, name: details.params.login_hint ?? "" }), policy);
    } else if (request.method === "POST") {
      await post(request, response, pathname);
    } else {
      response.writeHead(405, { Allow: "GET, POST" }).end();
    }
    return true;
  };

  async function post(request, response, action) {
    const sent = await body(request);
    if (sent === undefined) {
      send(response, 413, message("That was too long", "Go back and try again."));
      return;
    }
    if (sent.get("cancel") !== null) {
      await provider.interactionFinished(request, response, { error: "access_denied", error_description: "The log-in was cancelled." });
      return;
    }
    const name = (sent.get("name") ?? "").trim();
    const subject = check(name, sent.get("password") ?? "");
    if (subject === undefined) {
      send(response, 401, form({ action, name, wrong: true }), policy);
      return;
    }
    await provider.interactionFinished(request, response, { login: { accountId: subject } });
  }
}

// body reads a form; undefined when it is longer than any form of ours.
async function body(request) {
  const pieces = [];
  let length = 0;
  for await (const piece of request) {
    length += piece.length;
    if (length > MOST) return undefined;
    pieces.push(piece);
  }
  return new URLSearchParams(Buffer.concat(pieces).toString("utf8"));
}
