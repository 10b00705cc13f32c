import { BasePlugin, type Body, type Meta, type PluginOpts, type Uppy, type UppyFile } from "@uppy/core";
import { TaskQueue } from "@uppy/core/utils";
import type { Api } from "../api/client";
import { isAbort, Problem } from "../api/problem";
import type { Upload, Video } from "../api/types";
import { send } from "./sending";

export interface FileMeta extends Meta {
  video: Video;
  upload: Upload;
}
export type Film = UppyFile<FileMeta, Body>;

interface Opts extends PluginOpts {
  api: Api;
  /** Is told that a file waits for the connection, or goes on. */
  offline: (file: Film, waits: boolean) => void;
  sent: (file: Film, video: Video) => void;
}

/** Files that are sent at once; the others wait for their turn. */
const together = 2;

/**
 * A Sender is Uppy's uploader for this service. Uppy's own for S3 speaks S3's protocol for parts with the storage; here the
 * service begins an upload, says what has arrived and puts the parts together, so that it can hold to what was declared.
 */
export class Sender extends BasePlugin<Opts, FileMeta, Body> {
  private readonly queue = new TaskQueue({ concurrency: together });

  constructor(uppy: Uppy<FileMeta, Body>, opts: Opts) {
    super(uppy, opts);
    this.id = "CuepipeSender";
    this.type = "uploader";
  }

  override install(): void {
    this.uppy.setState({ capabilities: { ...this.uppy.getState().capabilities, resumableUploads: true } });
    this.uppy.addUploader(this.upload);
  }

  override uninstall(): void {
    this.uppy.removeUploader(this.upload);
  }

  private readonly upload = async (ids: string[]): Promise<void> => {
    const files = ids.map((id) => this.uppy.getFile(id)).filter((file) => file && !file.error);
    this.uppy.emit("upload-start", files);
    await Promise.allSettled(files.map((file) => this.queue.add(() => this.one(file.id))));
  };

  /** Sends a file to its end, over pauses and times without a connection, unless it is removed. */
  private async one(id: string): Promise<void> {
    const file = this.uppy.getFile(id);
    if (!file) return; // it was cancelled while it waited
    let paused = file.isPaused === true;
    let removed = false;
    let wake = () => {};
    let run = new AbortController();
    const onPause = (which: Film | undefined, is: boolean) => {
      if (which?.id !== id) return;
      paused = is;
      run.abort();
      wake();
    };
    const onRemoved = (which: Film) => {
      if (which.id !== id) return;
      removed = true;
      run.abort();
      wake();
    };
    const onLine = () => wake();
    this.uppy.on("upload-pause", onPause);
    this.uppy.on("file-removed", onRemoved);
    addEventListener("online", onLine);
    try {
      while (!removed) {
        const offline = !navigator.onLine;
        this.opts.offline(file, offline && !paused);
        if (paused || offline) {
          await new Promise<void>((resolve) => (wake = resolve));
          continue;
        }
        run = new AbortController();
        try {
          const video = await send({ ...file.meta, api: this.opts.api, file: file.data as Blob, progress: (sent) => this.progress(file, sent), signal: run.signal });
          this.uppy.emit("upload-success", this.uppy.getFile(id), { status: 200, body: {} });
          this.opts.sent(file, video);
          return;
        } catch (error) {
          if (removed || paused || isAbort(error)) continue;
          if (!navigator.onLine && error instanceof Problem && error.code === "unreachable") continue; // the connection will come back
          throw error;
        }
      }
    } catch (error) {
      this.uppy.emit("upload-error", this.uppy.getFile(id), error as Error);
    } finally {
      this.uppy.off("upload-pause", onPause);
      this.uppy.off("file-removed", onRemoved);
      removeEventListener("online", onLine);
    }
  }

  private progress(file: Film, sent: number): void {
    this.uppy.emit("upload-progress", file, { uploadStarted: file.progress.uploadStarted ?? Date.now(), bytesUploaded: sent, bytesTotal: file.size });
  }
}
