// What the API says, as docs/openapi.yaml has it. Times of cues are seconds of the film, other times RFC 3339.

export type Status = "pending" | "queued" | "captioning" | "ready" | "uncaptioned" | "failed" | "deleting";

/** How to send a file. A PUT's URL is shown once, when the video is made; an upload in parts as long as it is pending. */
export interface Upload {
  kind: "put" | "multipart";
  expiresAt: string;
  url?: string;
  headers?: Record<string, string>;
  /** Bytes of each part but the last, which is the rest. */
  partSize?: number;
  parts?: number;
}

export interface Options {
  language?: string;
  speakers?: number;
  profile?: string;
  names?: string[];
}

export interface Video extends Options {
  id: string;
  title: string;
  size: number;
  contentType: string;
  status: Status;
  duration?: number;
  progress?: { done: number; total: number; heard: number; secondsLeft?: number };
  upload?: Upload;
  tracks: Track[];
  failure?: { code: string; message: string };
  createdAt: string;
  updatedAt: string;
}

export interface Track {
  name: string;
  language: string;
  kind: "machine" | "human";
  engine?: string;
  cues: number;
  etag: string;
  version?: number;
  savedAt?: string;
  formats: Record<string, string>;
}

export interface Cue {
  start: number;
  end: number;
  lines: string[];
  speaker?: string;
  /** What WebVTT has beside the text: the cue's name, where it stands, and the text with its tags. */
  id?: string;
  settings?: string;
  markup?: string;
}

/** What WebVTT has beside the cues. A comment stands before the cue of that place, from 0. */
export interface Beside {
  header?: string;
  styles?: string[];
  regions?: string[];
  notes?: { before: number; text: string }[];
}

export interface Version {
  number: number;
  cues: number;
  savedAt: string;
}

export interface Finding {
  /** Of the cues that were sent, from 1. */
  cue: number;
  start: number;
  rule: string;
  message: string;
}

export interface Hit {
  video: string;
  title: string;
  track?: string;
  cue?: number;
  start?: number;
  end?: number;
  text?: string;
  /** First and last, which is not part of it, in Unicode code points of the text, or of the title where there is no cue. */
  marks?: [number, number][];
}

export interface Hits {
  hits: Hit[];
  videos: number;
  more: boolean;
  notSearched?: number;
}

export interface Config {
  issuer: string;
  clientId: string;
  scopes: string[];
  maxSize: number;
  multipartAbove: number;
  profiles: string[];
  otherLanguages: boolean;
}

export interface SignedPart {
  number: number;
  size: number;
  url: string;
}
