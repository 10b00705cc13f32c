// The OpenID Connect provider of the stages on this machine: people log in to it as on AWS they do to Cognito. Its users and
// their passwords are known to everybody (users.mjs), so it is for trying things on one's own machine, and nothing else.
//
//   node main.mjs --packages FOLDER --key FILE --issuer URL --listen HOST:PORT --page URL…
//
// --packages is where tools/fetch/oidc.sh put oidc-provider, --key the RSA key that bin/issuer made, and --page the address
// of a page that people log in to; there may be several.
import { createPrivateKey } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { configuration, COMMAND_LINE } from "./configuration.mjs";
import { interactions } from "./login.mjs";

const { values } = parseArgs({
  options: {
    packages: { type: "string" },
    key: { type: "string" },
    issuer: { type: "string" },
    listen: { type: "string" },
    page: { type: "string", multiple: true, default: [] },
  },
});

// The packages are not beside this file, so that a clone of the project holds none.
const found = createRequire(join(values.packages, "package.json")).resolve("oidc-provider");
const { Provider } = await import(pathToFileURL(found));

const key = createPrivateKey(readFileSync(values.key)).export({ format: "jwk" });
const provider = new Provider(values.issuer, configuration(key, new URL(values.issuer).port, values.page));
for (const event of ["authorization.error", "grant.error", "end_session.error", "server_error"]) {
  provider.on(event, (_, error) => log(event, error));
}

const answer = provider.callback();
const pages = interactions(provider, [...values.page, ...COMMAND_LINE]);
const server = createServer(async (request, response) => {
  try {
    if (!(await pages(request, response))) answer(request, response);
  } catch (error) {
    log("server_error", error);
    response.writeHead(500, { "Content-Type": "text/plain" }).end("Something failed. The provider's log says what.\n");
  }
});
const [, host, port] = /^(.*):(\d+)$/.exec(values.listen);
server.listen(Number(port), host, () => console.log(`${values.issuer} is served`));

// No line has a token, a code or a password: an error's own words say which rule was broken, and not by what.
function log(event, error) {
  console.log(JSON.stringify({ time: new Date().toISOString(), event, error: error.error ?? error.name, says: error.error_description ?? error.message }));
}
