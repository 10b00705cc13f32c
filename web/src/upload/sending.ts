import { fetcher } from "@uppy/core/utils";
import { pause, type Api } from "../api/client";
import { hasCode, isAbort, Problem, unreachable } from "../api/problem";
import type { Upload, Video } from "../api/types";
import { missingParts, type Part } from "./resume";

// Sends one file to storage, straight from the disk: a request's body is a slice of the file, which the browser reads as it
// goes. Nothing here holds a file's bytes.

/** Parts that are under way at once. */
const lanes = 3;
/** URLs that are asked for at once, and milliseconds after which one is no longer used. They live an hour. */
const signedAtOnce = 8;
const urlLife = 45 * 60_000;
/** Milliseconds without progress after which a request is given up and made again. */
const stalled = 60_000;
/** Tries of one request while the connection is there, 1, 2, 4… seconds apart. */
const tries = 5;

export interface Order {
  api: Api;
  video: Video;
  upload: Upload;
  file: Blob;
  /** Is told how many bytes are at the storage. */
  progress: (sent: number) => void;
  signal: AbortSignal;
}

/** Sends what is missing of the file, and says that it is there. The video that comes back is queued. */
export async function send(order: Order): Promise<Video> {
  if (order.upload.kind === "put") {
    await putWhole(order);
    return order.api.complete(order.video.id, order.signal);
  }
  for (let round = 1; ; round++) {
    await sendParts(order);
    try {
      return await order.api.complete(order.video.id, order.signal);
    } catch (error) {
      if (!hasCode(error, "parts_missing") || round === 3) throw error;
    }
  }
}

async function putWhole({ upload, file, progress, signal }: Order): Promise<void> {
  try {
    await patiently(signal, () => put(upload.url!, file, upload.headers ?? {}, progress, signal));
  } catch (error) {
    // The URL takes one file once. An earlier try may have arrived though its answer was lost.
    if (!(error instanceof Problem && error.status === 412)) throw error;
  }
}

async function sendParts({ api, video, upload, file, progress, signal }: Order): Promise<void> {
  const arrived = await api.parts(video.id, signal);
  const missing = missingParts(upload, file.size, arrived);
  let sure = file.size - missing.reduce((sum, part) => sum + part.end - part.start, 0);
  const under = new Map<number, number>(); // of the parts that are on their way
  const tell = () => progress([...under.values()].reduce((a, b) => a + b, sure));
  tell();

  const stop = new AbortController(); // when one lane fails the others end, too
  const either = AbortSignal.any([signal, stop.signal]);
  const urls = new Urls(api, video.id, missing, either);
  let next = 0;
  const lane = async () => {
    for (let part = missing[next++]; part; part = missing[next++]) {
      const { number, start, end } = part;
      const slice = file.slice(start, end);
      await patiently(either, async () => {
        const url = await urls.of(number);
        try {
          await put(url, slice, {}, (sent) => (under.set(number, sent), tell()), either);
        } catch (error) {
          urls.forget(number);
          under.delete(number);
          throw error;
        }
      });
      under.delete(number);
      sure += end - start;
      tell();
    }
  };
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    stop.abort();
  }
}

/** Urls are where parts are sent, asked for a few ahead. */
class Urls {
  private readonly signed = new Map<number, { url: string; at: number }>();
  private asking: Promise<void> = Promise.resolve();

  constructor(
    private readonly api: Api,
    private readonly id: string,
    private readonly missing: Part[],
    private readonly signal: AbortSignal,
  ) {}

  forget = (number: number) => void this.signed.delete(number);

  async of(number: number): Promise<string> {
    // One after the other, so that lanes that begin together do not ask for the same ones.
    const mine = this.asking.catch(() => {}).then(() => this.ensure(number));
    this.asking = mine;
    await mine;
    return this.signed.get(number)!.url;
  }

  private async ensure(number: number): Promise<void> {
    const old = this.signed.get(number);
    if (old && performance.now() - old.at < urlLife) return;
    const from = this.missing.findIndex((p) => p.number === number);
    const numbers = this.missing.slice(from, from + signedAtOnce).map((p) => p.number);
    const { parts } = await this.api.signParts(this.id, numbers, this.signal);
    for (const part of parts) this.signed.set(part.number, { url: part.url, at: performance.now() });
    if (!this.signed.has(number)) throw new Problem("invalid_part", `The service gave no address for part ${number} of the file. Try again.`);
  }
}

/** One PUT. Throws a Problem whose status is the storage's, or 0 where the connection broke. */
async function put(url: string, body: Blob, headers: Record<string, string>, progress: (sent: number) => void, signal: AbortSignal): Promise<void> {
  const stall = new AbortController();
  try {
    await fetcher(url, {
      method: "PUT",
      body,
      headers,
      retries: 0,
      timeout: stalled,
      onTimeout: () => stall.abort(),
      onUploadProgress: (event) => progress(event.loaded),
      signal: AbortSignal.any([signal, stall.signal]),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const status = (error as { request?: XMLHttpRequest }).request?.status ?? 0;
    if (status === 0 && !(await readable(body))) {
      throw new Problem("file_changed", "The file cannot be read any more: it was changed, moved or removed. Choose it again.", 409);
    }
    // The storage's own words have the signed address in them.
    throw status === 0 ? unreachable() : new Problem("storage", `The storage refused the file (HTTP ${status}). Try again.`, status);
  }
}

const readable = (body: Blob) =>
  body
    .slice(0, 1)
    .arrayBuffer()
    .then(() => true)
    .catch(() => false);

/** Tries again what a connection, a busy storage or an old address has spoiled. While the browser is offline it gives up at once. */
async function patiently<T>(signal: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  for (let n = 1; ; n++) {
    try {
      return await attempt();
    } catch (error) {
      if (isAbort(error) || n === tries || !navigator.onLine || !passes(error)) throw error;
      await pause(1000 * 2 ** (n - 1) * (0.75 + Math.random() / 2), signal);
    }
  }
}

function passes(error: unknown): boolean {
  if (!(error instanceof Problem)) return false;
  // 403: the address is too old, and a part gets another one.
  return error.code === "unreachable" || (error.code === "storage" && (error.status >= 500 || error.status === 429 || error.status === 403 || error.status === 408));
}
