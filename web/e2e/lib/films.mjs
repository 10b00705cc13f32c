// Films of the recordings in CUEPIPE_SPEECH with a drawn picture. What was made is kept in the cache, under a name that says
// what it is made of.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, copyFile, mkdir, readFile, rename, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { cache, speech } from "./stage.mjs";

const run = promisify(execFile);
const picture = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=10"];
const codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "20", "-pix_fmt", "yuv420p", "-c:a", "aac", "-b:a", "64k"];

async function kept(name, sources, args) {
  const hash = createHash("sha256").update(args.filter((a) => !sources.includes(a)).join("\n"));
  for (const source of sources) hash.update(await readFile(source));
  const folder = join(cache, "films");
  const path = join(folder, `page-${name}-${hash.digest("hex").slice(0, 12)}.mp4`);
  if (existsSync(path)) return path;
  await mkdir(folder, { recursive: true });
  const half = `${path}.${process.pid}`; // another name until it is whole
  try {
    await run("ffmpeg", ["-v", "error", "-nostdin", "-y", ...args, "-f", "mp4", half]);
    await rename(half, path);
  } finally {
    await rm(half, { force: true });
  }
  return path;
}

/** A film in which a recording is spoken: 11 s of jfk.wav, 53 s of sonnet001.mp3. */
export function spoken(recording) {
  const sound = join(speech, recording);
  return kept(recording.split(".")[0], [sound], [...picture, "-i", sound, "-map", "0:v", "-map", "1:a", "-shortest", ...codecs]);
}

/** The sonnet again and again, for so many seconds. */
export async function long(seconds) {
  const once = await spoken("sonnet001.mp3");
  return kept(`long-${seconds}`, [once], ["-stream_loop", "-1", "-i", once, "-t", String(seconds), "-c", "copy"]);
}

/** Five seconds in which nobody speaks. */
export const silent = () => kept("silent", [], [...picture, "-f", "lavfi", "-i", "anullsrc", "-t", "5", ...codecs]);

/**
 * A film as a file of so many bytes at path: the film, and behind it a box of zeros that players pass over (ISO/IEC 14496-12,
 * 8.1.2). The zeros take no room on the disk.
 */
export async function padded(film, path, bytes) {
  await copyFile(film, path);
  const box = Buffer.alloc(16);
  box.writeUInt32BE(1, 0); // the length follows in 64 bits
  box.write("free", 4);
  box.writeBigUInt64BE(BigInt(bytes - (await stat(film)).size), 8);
  await appendFile(path, box);
  await truncate(path, bytes);
}
