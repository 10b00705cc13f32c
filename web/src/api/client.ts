import { etagOf, Problem, problemOf, unreachable } from "./problem";
import type { Beside, Config, Cue, Finding, Hits, Options, SignedPart, Track, Version, Video } from "./types";

/** Tokens are where a request's token is from. */
export interface Tokens {
  /** A token that is valid for a while, or null where nobody is logged in. */
  current(): Promise<string | null>;
  /** Gets another one after the service refused this one; null where that cannot be. */
  renewed(): Promise<string | null>;
  /** Is told that only a person can go on, by logging in. */
  lost(): void;
}

interface Call {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  headers?: Record<string, string>;
  json?: unknown;
  text?: { type: string; body: string };
  signal?: AbortSignal;
}

export interface Captions {
  language: string;
  cues: Cue[];
  beside: Beside;
  etag: string | null;
  /** Up to which second they go, where the rest is still in work. */
  until?: number;
}

/** The API below an address, called with somebody's tokens. Every method throws a Problem, or an AbortError. */
export class Api {
  constructor(
    private readonly base: string,
    private readonly tokens: Tokens,
  ) {}

  private async call(path: string, { method = "GET", headers = {}, json, text, signal }: Call = {}): Promise<Response> {
    const body = json === undefined ? text?.body : JSON.stringify(json);
    const type = json === undefined ? text?.type : "application/json";
    const send = (token: string | null) => {
      if (token === null) throw this.lost();
      const all = { ...headers, Authorization: `Bearer ${token}`, ...(type && { "Content-Type": type }) };
      return fetch(new URL(path, this.base), { method, headers: all, body, signal, cache: "no-store" }).catch((error: unknown) => {
        throw signal?.aborted ? error : unreachable();
      });
    };
    let response = await send(await this.tokens.current());
    if (response.status === 401) {
      response = await send(await this.tokens.renewed());
      if (response.status === 401) throw this.lost();
    }
    // Too much at once is the service's state, not the person's fault: what may be repeated is, a little later.
    for (let wait = 500; (response.status === 429 || response.status === 503) && wait <= 2000; wait *= 2) {
      await pause(wait * (0.5 + Math.random()), signal);
      response = await send(await this.tokens.current());
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  private lost(): Problem {
    this.tokens.lost();
    return new Problem("unauthorized", "Your log-in has ended. Log in again to go on.", 401);
  }

  private async json<T>(path: string, call?: Call): Promise<T> {
    return (await this.call(path, call)).json() as Promise<T>;
  }

  videos(cursor?: string, limit = 20, signal?: AbortSignal) {
    const query = new URLSearchParams({ limit: String(limit), ...(cursor && { cursor }) });
    return this.json<{ videos: Video[]; next?: string }>(`videos?${query}`, { signal });
  }
  video = (id: string, signal?: AbortSignal) => this.json<Video>(`videos/${id}`, { signal });
  create = (of: Options & { filename: string; size: number; contentType: string }) => this.json<Video>("videos", { method: "POST", json: of });
  retry = (id: string, options: Options) => this.json<Video>(`videos/${id}/retry`, { method: "POST", json: options });
  remove = async (id: string) => void (await this.call(`videos/${id}`, { method: "DELETE" }));
  source = (id: string) => this.json<{ url: string; contentType: string; expiresAt: string }>(`videos/${id}/source`);

  complete = (id: string, signal?: AbortSignal) => this.json<Video>(`videos/${id}/complete`, { method: "POST", signal });
  signParts = (id: string, numbers: number[], signal?: AbortSignal) =>
    this.json<{ parts: SignedPart[] }>(`videos/${id}/parts`, { method: "POST", json: { numbers }, signal });

  /** All parts that have arrived, by number, with their sizes. */
  async parts(id: string, signal?: AbortSignal): Promise<Map<number, number>> {
    const arrived = new Map<number, number>();
    for (let after: number | undefined = 0; after !== undefined; ) {
      const page: { parts: { number: number; size: number }[]; next?: number } = await this.json(`videos/${id}/parts${after ? `?after=${after}` : ""}`, { signal });
      for (const part of page.parts) arrived.set(part.number, part.size);
      after = page.next;
    }
    return arrived;
  }

  tracks = async (id: string, signal?: AbortSignal) => (await this.json<{ tracks: Track[] }>(`videos/${id}/captions`, { signal })).tracks;

  /** A track's cues; with partial also of a video in work, `und` being its first track whichever that is. */
  async captions(id: string, track: string, how: { partial?: boolean; version?: number; signal?: AbortSignal } = {}): Promise<Captions> {
    const query = how.partial ? "?partial=true" : how.version ? `?version=${how.version}` : "";
    const response = await this.call(`videos/${id}/captions/${encodeURIComponent(track)}.json${query}`, { signal: how.signal });
    const body = (await response.json()) as { language?: string; cues?: Cue[] } & Beside;
    const until = /until=([\d.]+)/.exec(response.headers.get("Cuepipe-Partial") ?? "")?.[1];
    return {
      language: body.language || response.headers.get("Content-Language") || "und",
      cues: body.cues ?? [],
      beside: { header: body.header, styles: body.styles, regions: body.regions, notes: body.notes },
      etag: etagOf(response),
      ...(until !== undefined && { until: Number(until) }),
    };
  }

  /** A track as a file in a format. */
  file = async (id: string, track: string, format: string) => (await this.call(`videos/${id}/captions/${encodeURIComponent(track)}.${format}`)).blob();

  /** Saves a person's track: a new one without an ETag, else the next version of that one. */
  save = (id: string, track: string, vtt: string, etag: string | null) =>
    this.json<Track>(`videos/${id}/captions/${encodeURIComponent(track)}.vtt`, {
      method: "PUT",
      headers: etag === null ? { "If-None-Match": "*" } : { "If-Match": etag },
      text: { type: "text/vtt", body: vtt },
    });
  removeTrack = async (id: string, track: string, etag: string) =>
    void (await this.call(`videos/${id}/captions/${encodeURIComponent(track)}`, { method: "DELETE", headers: { "If-Match": etag } }));
  versions = async (id: string, track: string) => (await this.json<{ versions: Version[] }>(`videos/${id}/captions/${encodeURIComponent(track)}/versions`)).versions;
  restore = (id: string, track: string, version: number, etag: string) =>
    this.json<Track>(`videos/${id}/captions/${encodeURIComponent(track)}/restore`, { method: "POST", headers: { "If-Match": etag }, json: { version } });

  check = async (id: string, vtt: string, signal?: AbortSignal) =>
    (await this.json<{ findings: Finding[] }>(`videos/${id}/check`, { method: "POST", text: { type: "text/vtt", body: vtt }, signal })).findings;

  search = (q: string, signal?: AbortSignal) => this.json<Hits>(`search?${new URLSearchParams({ q })}`, { signal });
  searchVideo = (id: string, q: string, track: string, signal?: AbortSignal) =>
    this.json<Hits>(`videos/${id}/search?${new URLSearchParams({ q, track, limit: "200" })}`, { signal });
}

/** What the page has to know before anybody is logged in. */
export async function readConfig(base: string): Promise<Config> {
  const response = await fetch(new URL("config", base)).catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw await problemOf(response);
  return (await response.json()) as Config;
}

/** Waits for so many milliseconds, or throws the signal's AbortError. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new DOMException("Stopped", "AbortError"));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}
