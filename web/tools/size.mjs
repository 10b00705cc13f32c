// Prints what the built page weighs, and fails where the first load is above its budget: the page itself with every script
// and style sheet that it names, as a server sends them compressed.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const budget = 250 * 1024; // bytes
const dist = new URL("../dist/", import.meta.url);
const size = (file) => gzipSync(readFileSync(new URL(file, dist)), { level: 9 }).length;

const page = readFileSync(new URL("index.html", dist), "utf8");
const named = [...page.matchAll(/<(?:script|link)[^>]*\s(?:src|href)="\.\/([^"]+)"/g)].map((m) => m[1]);
const first = new Set(["index.html", ...named]);
const files = ["index.html", ...readdirSync(new URL("assets/", dist)).map((name) => `assets/${name}`)];
if (named.length === 0) throw new Error("dist/index.html names no script: what is loaded first cannot be told");

let total = 0;
for (const file of files) {
  const bytes = size(file);
  if (first.has(file)) total += bytes;
  console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB  ${first.has(file) ? "first" : "later"}  ${file}`);
}
console.log(`${(total / 1024).toFixed(1).padStart(7)} KB compressed at the first load; at most ${budget / 1024} KB are allowed`);
if (total > budget) {
  console.error("error: the first load is above its budget. Load what is not needed at first with import().");
  process.exit(1);
}
