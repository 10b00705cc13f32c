// Uploads a file of 2 GiB by the page, through a proxy that breaks connections in the middle, and says how often each part was
// sent and what memory the browser took. Ends with 1 where a part was sent twice or more than 200 MB were taken.
//
//   node bench/upload.mjs [GIB]
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { Api } from "../lib/api.mjs";
import { padded, spoken } from "../lib/films.mjs";
import { Guard } from "../lib/guard.mjs";
import { Person } from "../lib/person.mjs";
import { executablePath, flags } from "../lib/flags.mjs";
import { page, storage } from "../lib/stage.mjs";
import { until } from "../lib/until.mjs";
import { watch } from "./memory.mjs";
import { Proxy } from "./proxy.mjs";

const size = Math.round(Number(process.argv[2] ?? 2) * 2 ** 30);
const most = 200e6; // bytes of memory, over what the browser had before
const hours = 3600e3;
const mega = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

// Every fifth part is cut when it comes first, each at another place.
const cut = (number, before) => (number % 5 === 0 && before === 0 ? 1e6 * (1 + (number % 13)) : undefined);
const proxy = new Proxy(cut);
const port = await proxy.listen();
const folder = await mkdtemp(join(tmpdir(), "cuepipe-bench-"));
// The addresses stay as they are, since they are signed: only the connections go elsewhere.
const elsewhere = [...new Set([storage, page].map((address) => new URL(address).host))].map((host) => `MAP ${host} 127.0.0.1:${port}`);
const browser = await chromium.launch({ executablePath, args: [...flags, `--host-resolver-rules=${elsewhere.join(",")}`] });
let video;
const api = new Api("alice");
try {
  const name = `bench ${process.pid}.mp4`;
  const path = join(folder, name);
  await padded(await spoken("jfk.wav"), path, size);

  const context = await browser.newContext();
  const tab = await context.newPage();
  tab.setDefaultTimeout(hours);
  const guard = new Guard(context);
  guard.expect(/net::ERR_/);
  const alice = new Person(tab, guard);
  await alice.open();
  await alice.logIn("alice");
  const stop = await watch(browser, tab);
  const began = performance.now();
  await alice.drop(path);
  await alice.becomes(name, "queued", "captioning", "ready");
  const seconds = (performance.now() - began) / 1000;
  const memory = await stop();
  await alice.becomes(name, "ready");
  video = await until("it is listed", async () => (await api.videos()).find((v) => v.title === name));
  await guard.verify([tab]);

  const parts = proxy.bytes.size;
  const twice = [...proxy.taken].filter(([, times]) => times !== 1);
  const passed = [...proxy.bytes.values()].reduce((a, b) => a + b, 0);
  const growth = memory.most.total - memory.first.total;
  console.log(`${mega(size)} in ${parts} parts: ${seconds.toFixed(0)} s, ${mega(size / seconds)}/s`);
  console.log(`connections cut in the middle of a part: ${proxy.cuts}; parts that the storage took once: ${proxy.taken.size - twice.length}, more than once: ${twice.length}`);
  console.log(`bytes of parts that went through: ${mega(passed)}, ${(100 * (passed / size - 1)).toFixed(1)} % more than the file has, for the parts that were cut`);
  console.log(`the API was called ${proxy.calls} times, and sent ${proxy.callBytes} bytes in all`);
  console.log(`memory of the browser's processes (Pss): ${mega(memory.first.total)} before, ${mega(memory.most.total)} at most, ${mega(growth)} more; ${memory.looks} looks`);
  for (const [type, bytes] of Object.entries(memory.most.sizes)) console.log(`  ${type}: ${mega(memory.first.sizes[type] ?? 0)} before, ${mega(bytes)} at the most`);
  console.log(`JavaScript heap: ${mega(memory.first.heap)} before, ${mega(memory.most.heap)} at most`);
  const wrong = [
    proxy.cuts === 0 && "no connection was cut",
    (twice.length > 0 || proxy.taken.size !== parts) && "a part was not taken exactly once",
    growth > most && `the browser took more than ${mega(most)}`,
    proxy.callBytes > 100_000 && "the API was sent more than it needs",
  ].filter(Boolean);
  for (const text of wrong) console.error(`error: ${text}`);
  process.exitCode = wrong.length > 0 ? 1 : 0;
} finally {
  await browser.close();
  proxy.close();
  if (video) await api.remove(video.id);
  await rm(folder, { recursive: true });
}
