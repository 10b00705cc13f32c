// The deployed stage that the tests use, as tools/deploy.sh described it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(fileURLToPath(new URL("../../..", import.meta.url)));

function needed(name, remedy) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: ${remedy}`);
  return value;
}

const described = needed("CUEPIPE_STACK", "these tests need a deployed stage. Run them by make e2e");
const stage = JSON.parse(readFileSync(described, "utf8"));

export const api = `${stage.api}/v1/`;
export const issuer = stage.issuer;
/** Where signed addresses point. */
export const storage = stage.faultProxy || stage.endpoint;
/** The page's address, as the deployment prints it. */
export const page = stage.outputs.PageUrl;
/** What the tests leave to be looked at. */
export const screenshots = join(stage.runDir, "screenshots");
/** Things that are made once: films. */
export const cache = needed("CUEPIPE_CACHE", "it is the folder of what was fetched. Run the tests by make e2e");
/** Recordings whose words are known. */
export const speech = needed("CUEPIPE_SPEECH", "it is the folder of recordings with refs.tsv. Run the tests by make e2e");

/** People who can log in, and by which password: localstack/provider/users.mjs. */
export const passwords = { alice: "down-the-rabbit-hole", bob: "another-lump-of-coal" };

/** A token like those that the provider gives, for what a test sets up behind the page. */
export function token(user) {
  const args = ["token", "--dir", stage.issuerDir, "--issuer", issuer, "--user", user];
  return execFileSync(join(root, "bin/issuer"), args, { encoding: "utf8" }).trim();
}
