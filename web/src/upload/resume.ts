import type { Upload, Video } from "../api/types";

// Going on with an upload that was broken off: which video a file belongs to, and what of it is missing.

type Named = { name: string; size: number };

const sameName = (a: string, b: string) => a.normalize("NFC").trim() === b.normalize("NFC").trim();

/** Whether a file is, by all that can be known without reading it, the one that a video waits for. */
export const belongsTo = (file: Named, video: Video) => video.size === file.size && sameName(video.title, file.name);

/** The newest video that waits for the rest of this file, and that nobody sends right now. */
export function waitingFor(file: Named, videos: readonly Video[], sending: ReadonlySet<string>): Video | undefined {
  return videos.find((v) => v.status === "pending" && v.upload?.kind === "multipart" && !sending.has(v.id) && belongsTo(file, v));
}

export interface Part {
  /** From 1. */
  number: number;
  /** First byte, and the one after the last. */
  start: number;
  end: number;
}

/**
 * The parts that have not arrived, in order. One that arrived with another size than it must have is sent again. Throws a
 * RangeError where the upload is not one in parts that hold exactly size bytes.
 */
export function missingParts({ partSize, parts }: Pick<Upload, "partSize" | "parts">, size: number, arrived: ReadonlyMap<number, number>): Part[] {
  if (!partSize || !parts || Math.ceil(size / partSize) !== parts) throw new RangeError(`${parts} parts of ${partSize} bytes do not hold ${size}`);
  const missing: Part[] = [];
  for (let number = 1; number <= parts; number++) {
    const start = (number - 1) * partSize;
    const end = Math.min(start + partSize, size);
    if (arrived.get(number) !== end - start) missing.push({ number, start, end });
  }
  return missing;
}
