// A proxy between a browser and the storage that counts what is sent, and breaks connections in the middle of parts.
import { createServer, request } from "node:http";

const part = /[?&]partNumber=(\d+)/;

/** A Proxy passes everything on to the host that a request names, unchanged, but for the parts that it cuts. */
export class Proxy {
  /** By the numbers of parts: how often the storage took each whole, and the bytes that went through for it. */
  taken = new Map();
  bytes = new Map();
  /** Connections that were broken on purpose. */
  cuts = 0;
  /** What the API was asked, and the bytes that it was sent in requests. */
  calls = 0;
  callBytes = 0;
  #server;

  /** cut says of a part, by its number and how often it was tried before, after how many bytes it is cut; undefined lets it through. */
  constructor(cut) {
    const tries = new Map();
    this.#server = createServer((coming, answer) => {
      const number = coming.method === "PUT" ? Number(part.exec(coming.url)?.[1] ?? 0) : 0;
      const before = tries.get(number) ?? 0;
      if (number > 0) tries.set(number, before + 1);
      const limit = number > 0 ? cut(number, before) : undefined;
      if (coming.url.includes("/_aws/execute-api/")) this.calls++;

      const [host, port] = coming.headers.host.split(":");
      const going = request({ host, port, method: coming.method, path: coming.url, headers: coming.headers });
      let passed = 0;
      coming.on("data", (piece) => {
        passed += piece.length;
        if (number > 0) this.bytes.set(number, (this.bytes.get(number) ?? 0) + piece.length);
        else if (coming.url.includes("/_aws/execute-api/")) this.callBytes += piece.length;
        if (limit !== undefined && passed >= limit && !going.destroyed) {
          this.cuts++;
          going.destroy();
          coming.socket.destroy();
        }
      });
      coming.pipe(going);
      coming.on("close", () => coming.complete || going.destroy());
      going.on("error", () => answer.destroy());
      going.on("response", (came) => {
        if (number > 0 && came.statusCode === 200) this.taken.set(number, (this.taken.get(number) ?? 0) + 1);
        answer.writeHead(came.statusCode, came.rawHeaders);
        came.pipe(answer);
      });
    });
  }

  /** Starts, and returns the port of this machine that it listens on. */
  listen = () => new Promise((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve(this.#server.address().port)));

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
