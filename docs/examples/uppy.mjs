// What Uppy's S3 plugin needs to upload to Cuepipe: uppy.use(AwsS3, cuepipe(api, token, created)).
//
// api is the API's address without /v1; token returns a token, or a promise of one; created is told of each file's video.

const MiB = 1024 * 1024;

export function cuepipe(api, token, created = (file, video) => {}) {
  async function call(method, path, body, signal) {
    const headers = { Authorization: `Bearer ${await token()}`, ...(body && { "Content-Type": "application/json" }) };
    const response = await fetch(`${api}/v1/videos${path}`, { method, headers, body: body && JSON.stringify(body), signal });
    if (response.status === 204) return undefined;
    const answer = await response.json();
    if (!response.ok) throw Object.assign(new Error(answer.detail), { code: answer.code });
    return answer;
  }

  async function create(file) {
    const video = await call("POST", "", { filename: file.name, size: file.size, contentType: file.type });
    created(file, video);
    return video;
  }

  return {
    shouldUseMultipart: (file) => file.size > 64 * MiB,

    async getUploadParameters(file) {
      const { upload } = await create(file);
      return { method: "PUT", url: upload.url, headers: upload.headers };
    },

    // Uppy cuts the file before it asks for an upload. This is the size of a part for all that Cuepipe takes, up to 100 GiB.
    getChunkSize: () => 16 * MiB,

    async createMultipartUpload(file) {
      const video = await create(file);
      if (video.upload.partSize !== 16 * MiB) throw new Error("The service wants parts of another size.");
      return { uploadId: video.id, key: video.id };
    },

    async signPart(file, { key, partNumber, signal }) {
      const { parts } = await call("POST", `/${key}/parts`, { numbers: [partNumber] }, signal);
      return { method: "PUT", url: parts[0].url };
    },

    async listParts(file, { key, signal }) {
      const all = [];
      for (let after = ""; after !== undefined; ) {
        const { parts, next } = await call("GET", `/${key}/parts${after && `?after=${after}`}`, undefined, signal);
        all.push(...parts.map((part) => ({ PartNumber: part.number, Size: part.size, ETag: part.etag })));
        after = next;
      }
      return all;
    },

    // The service looks by itself which parts there are.
    async completeMultipartUpload(file, { key, signal }) {
      await call("POST", `/${key}/complete`, undefined, signal);
      return { location: `${api}/v1/videos/${key}` };
    },

    async abortMultipartUpload(file, { key }) {
      await call("DELETE", `/${key}`);
    },
  };
}
