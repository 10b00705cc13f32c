import Uppy, { type Body } from "@uppy/core";
import type { Api } from "../api/client";
import { hasCode, Problem, textOf } from "../api/problem";
import type { Config, Options, Video } from "../api/types";
import type { Library } from "../list/library";
import { askBefore } from "../ui/leaving";
import { bytes } from "../ui/words";
import { contentType, refusal } from "./kinds";
import { belongsTo, waitingFor } from "./resume";
import { Sender, type FileMeta, type Film } from "./sender";
import { sendings, type Sending } from "./sendings";
import { Speed } from "./speed";

/** Uploads sends files for new videos and for those that wait for the rest of theirs. It is loaded with the first file. */
export class Uploads {
  private readonly uppy = new Uppy<FileMeta, Body>({ autoProceed: true, allowMultipleUploadBatches: true });
  private readonly speeds = new Map<string, Speed>();

  constructor(
    private readonly api: Api,
    private readonly library: Library,
    private readonly config: Config,
  ) {
    this.uppy.use(Sender, {
      api,
      offline: (file, waits) => {
        this.speeds.get(file.meta.video.id)?.rest();
        const now = this.of(file);
        if (waits) this.show(file, { state: "offline", perSecond: null, secondsLeft: null });
        else if (now?.state === "offline" || now?.state === "waiting") this.show(file, { state: "sending" });
      },
      sent: (file, video) => {
        this.forget(file);
        this.library.put(video);
      },
    });
    this.uppy.on("upload-progress", (file, { bytesUploaded }) => file && this.progressed(file, Number(bytesUploaded)));
    this.uppy.on("upload-error", (file, error) => {
      if (file) this.show(file, { state: "failed", error: textOf(error), perSecond: null, secondsLeft: null });
    });
    addEventListener("beforeunload", (event) => askBefore(event, sendings.value.some((s) => s.state !== "failed")));
  }

  /** Takes files that were dropped or chosen, and returns why those that are not taken are not. */
  async add(files: File[], options: Options): Promise<string[]> {
    const refused: string[] = [];
    for (const file of files) {
      const why = refusal(file, this.config);
      if (why) {
        refused.push(why);
        continue;
      }
      try {
        this.begin(file, (await this.unfinished(file)) ?? (await this.create(file, options)));
      } catch (error) {
        refused.push(`“${file.name}” cannot be uploaded: ${textOf(error)}`);
      }
    }
    return refused;
  }

  /** Goes on with a video whose upload was broken off, with the same file chosen again. Returns why not, or null. */
  async goOn(video: Video, file: File): Promise<string | null> {
    if (!belongsTo(file, video)) {
      return `“${file.name}” (${bytes(file.size)}) is another file. To go on, choose “${video.title}” with ${video.size.toLocaleString()} bytes.`;
    }
    try {
      if (video.upload?.kind === "multipart") {
        this.begin(file, video);
      } else {
        // A small file's address was given once, and is gone with the page that had it.
        const { language, speakers, profile, names } = video;
        const again = await this.create(file, { language, speakers, profile, names });
        await this.discard(video.id);
        this.begin(file, again);
      }
      return null;
    } catch (error) {
      return textOf(error);
    }
  }

  pause(sending: Sending): void {
    this.uppy.pauseResume(sending.file);
    const paused = this.uppy.getFile(sending.file)?.isPaused === true;
    this.speeds.get(sending.video)?.rest();
    this.change(sending.video, { state: paused ? "paused" : "sending", perSecond: null, secondsLeft: null });
  }

  async again(sending: Sending): Promise<void> {
    this.change(sending.video, { state: "sending", error: undefined });
    const file = this.uppy.getFile(sending.file);
    try {
      // An upload's place may be gone, as a small file's address is after a quarter of an hour.
      const { upload, video } = file.meta;
      if (upload.kind === "put" && Date.parse(upload.expiresAt) < Date.now()) {
        const { language, speakers, profile, names } = video;
        const fresh = await this.create(file.data as File, { language, speakers, profile, names });
        this.forget(file);
        await this.discard(video.id);
        this.begin(file.data as File, fresh);
        return;
      }
    } catch (error) {
      this.change(sending.video, { state: "failed", error: textOf(error) });
      return;
    }
    void this.uppy.retryUpload(sending.file);
  }

  /** Ends an upload and removes what was sent. */
  async cancel(sending: Sending): Promise<void> {
    const file = this.uppy.getFile(sending.file);
    if (file) this.forget(file);
    await this.discard(sending.video);
  }

  private async discard(id: string): Promise<void> {
    await this.api.remove(id).catch((error: unknown) => {
      if (!hasCode(error, "not_found")) throw error;
    });
    this.library.drop(id);
  }

  /** The video that waits for the rest of this file. Only those that are sent in parts can be gone on with. */
  private async unfinished(file: File): Promise<Video | undefined> {
    if (file.size <= this.config.multipartAbove) return undefined;
    const sending = new Set(sendings.value.map((s) => s.video));
    const found = await this.library.search((videos) => waitingFor(file, videos, sending));
    if (found && !this.library.find(found.id)) this.library.put(found);
    return found;
  }

  private async create(file: File, options: Options): Promise<Video> {
    const video = await this.api.create({ filename: file.name, size: file.size, contentType: contentType(file)!, ...options });
    this.library.put(video);
    return video;
  }

  private begin(file: File, video: Video): void {
    if (!video.upload) throw new Problem("upload_gone", "The service did not say how to send the file. Try again.");
    this.speeds.set(video.id, new Speed());
    // The path makes Uppy take the same file for two videos.
    const meta = { video, upload: video.upload, relativePath: video.id };
    sendings.value = [...sendings.value, { video: video.id, file: "", name: file.name, size: file.size, sent: 0, perSecond: null, secondsLeft: null, state: "waiting" }];
    const id = this.uppy.addFile({ name: file.name, type: video.contentType, data: file, meta });
    this.change(video.id, { file: id });
  }

  private progressed(file: Film, sent: number): void {
    const id = file.meta.video.id;
    const speed = this.speeds.get(id);
    const now = this.of(file);
    if (!speed || !now || now.state === "paused") return;
    speed.note(performance.now(), sent);
    this.show(file, { sent, state: sent >= now.size ? "finishing" : "sending", perSecond: speed.perSecond(), secondsLeft: speed.secondsFor(now.size - sent) });
  }

  private of = (file: Film) => sendings.value.find((s) => s.video === file.meta.video.id);
  private show = (file: Film, change: Partial<Sending>) => this.change(file.meta.video.id, change);

  private change(video: string, change: Partial<Sending>): void {
    sendings.value = sendings.value.map((s) => (s.video === video ? { ...s, ...change } : s));
  }

  private forget(file: Film): void {
    this.speeds.delete(file.meta.video.id);
    sendings.value = sendings.value.filter((s) => s.video !== file.meta.video.id);
    this.uppy.removeFile(file.id); // and with it, what holds the file
  }
}
