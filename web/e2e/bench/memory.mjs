// The memory of a browser: of its own processes, and of the page's scripts.
import { readFile } from "node:fs/promises";

/** Bytes that processes hold, what they share being counted once: Pss of each, by its type as Chromium calls it. */
async function held(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sizes = {};
  for (const { type, id } of processInfo) {
    const text = await readFile(`/proc/${id}/smaps_rollup`, "utf8").catch(() => ""); // it may have ended
    sizes[type] = (sizes[type] ?? 0) + 1024 * Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
  }
  return sizes;
}

async function heap(session) {
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  return usedSize;
}

/** Watches a page's browser until the returned function is called, which returns the first and the highest that was seen. */
export async function watch(browser, page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const sum = (sizes) => Object.values(sizes).reduce((a, b) => a + b, 0);
  const first = { sizes: await held(browser), heap: await heap(session) };
  const most = { total: sum(first.sizes), sizes: first.sizes, heap: first.heap };
  let looks = 0;
  let going = true;
  const watching = (async () => {
    while (going) {
      const sizes = await held(browser);
      if (sum(sizes) > most.total) Object.assign(most, { total: sum(sizes), sizes });
      most.heap = Math.max(most.heap, await heap(session));
      looks++;
      await new Promise((r) => setTimeout(r, 250));
    }
  })();
  return async () => {
    going = false;
    await watching;
    return { first: { total: sum(first.sizes), ...first }, most, looks };
  };
}
