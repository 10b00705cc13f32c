// The API as any program calls it: for what a test sets up, and for what it compares the page with.
import { openAsBlob } from "node:fs";
import { stat } from "node:fs/promises";
import { basename } from "node:path";

import { api, token } from "./stage.mjs";
import { until } from "./until.mjs";

export class Api {
  constructor(user) {
    this.token = token(user);
  }

  /** One request. An answer that is an error is thrown, with its status, code and detail. */
  async call(path, { method = "GET", headers = {}, json, text, type = "text/vtt" } = {}) {
    const body = json === undefined ? text : JSON.stringify(json);
    const all = { ...headers, Authorization: `Bearer ${this.token}` };
    if (body !== undefined) all["Content-Type"] = json === undefined ? type : "application/json";
    const response = await fetch(new URL(path, api), { method, headers: all, body });
    if (!response.ok) {
      const { code, detail } = await response.json();
      throw Object.assign(new Error(`${method} ${path}: ${response.status} ${code}: ${detail}`), { status: response.status, code });
    }
    return response;
  }
  json = async (path, how) => (await this.call(path, how)).json();
  text = async (path, how) => (await this.call(path, how)).text();

  video = (id) => this.json(`videos/${id}`);

  /** All videos, newest first. */
  async videos() {
    const all = [];
    for (let cursor = ""; cursor !== undefined; ) {
      const page = await this.json(`videos?limit=100&cursor=${encodeURIComponent(cursor)}`);
      all.push(...page.videos);
      cursor = page.next;
    }
    return all;
  }

  create = async (path, type = "video/mp4") =>
    this.json("videos", { method: "POST", json: { filename: basename(path), size: (await stat(path)).size, contentType: type } });

  /** Sends a small file and returns its video. */
  async upload(path, type) {
    const video = await this.create(path, type);
    const { method, url, headers } = video.upload;
    const response = await fetch(url, { method, headers, body: await openAsBlob(path) });
    if (!response.ok) throw new Error(`the storage refused ${path}: ${response.status}`);
    return video;
  }

  /** The video once it has one of these states. */
  becomes = (id, ...states) =>
    until(`${id} is ${states.join(" or ")}`, async () => {
      const video = await this.video(id);
      return states.includes(video.status) ? video : null;
    });

  /** A video of a file, once it has its captions. */
  ready = async (path) => this.becomes((await this.upload(path)).id, "ready");

  captions = (id, file) => this.text(`videos/${id}/captions/${file}`);

  /** Saves a track of a person's own: a new one without an ETag. */
  save = (id, name, vtt, etag) =>
    this.json(`videos/${id}/captions/${name}.vtt`, { method: "PUT", text: vtt, headers: etag ? { "If-Match": etag } : { "If-None-Match": "*" } });

  remove = (id) => this.call(`videos/${id}`, { method: "DELETE" });
}
