// Uploads a file by Uppy and docs/examples/uppy.mjs, in Node: run.mjs FILE TYPE, with API and TOKEN as the other examples. It
// prints the video's id.
import { openAsBlob } from "node:fs";
import { basename } from "node:path";

import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";

import { cuepipe } from "./uppy.mjs";

// The part of a browser's XMLHttpRequest that Uppy uses, over fetch. Like a browser it lets nobody set Content-Length.
globalThis.XMLHttpRequest = class extends EventTarget {
  upload = new EventTarget();
  status = 0;
  #headers = {};
  #abort = new AbortController();

  open(method, url) {
    Object.assign(this, { method, url });
  }

  setRequestHeader(name, value) {
    if (/^(content-length|host)$/i.test(name)) throw new Error(`a browser does not let a page set ${name}`);
    this.#headers[name] = value;
  }

  abort() {
    this.#abort.abort();
    this.dispatchEvent(new Event("abort"));
  }

  getAllResponseHeaders() {
    return [...this.response.headers].map(([name, value]) => `${name}: ${value}`).join("\r\n");
  }

  async send(body) {
    try {
      const bytes = await body.arrayBuffer();
      this.response = await fetch(this.url, { method: this.method, headers: this.#headers, body: bytes, signal: this.#abort.signal });
      this.responseText = await this.response.text();
      this.status = this.response.status;
      this.upload.dispatchEvent(Object.assign(new Event("progress"), { loaded: bytes.byteLength, lengthComputable: true }));
      this.dispatchEvent(new Event("load"));
    } catch (error) {
      if (!this.#abort.signal.aborted) this.dispatchEvent(Object.assign(new Event("error"), { cause: error }));
    }
  }
};

const [path, type] = process.argv.slice(2);
let id;
const uppy = new Uppy({ autoProceed: false });
uppy.use(AwsS3, cuepipe(process.env.API, () => process.env.TOKEN, (file, video) => { id = video.id; }));
uppy.addFile({ name: basename(path), type, data: await openAsBlob(path, { type }) });
const { successful, failed } = await uppy.upload();
if (failed.length > 0 || successful.length !== 1) {
  console.error(failed.map((file) => file.error));
  process.exit(1);
}
console.log(id);
