import type { Api } from "../api/client";
import { hasCode, textOf } from "../api/problem";
import type { Status, Video } from "../api/types";
import { sendings } from "../upload/sendings";
import { Cell } from "../ui/cell";
import { isStale, looks, moves, type Answer } from "./polling";
import { Watching } from "./watching";

export interface Shelf {
  videos: Video[];
  /** The cursor of the page after these; absent on the last. */
  next?: string;
  loading: boolean;
  error?: string;
}

/** How a change is said to those who listen. */
const news: Partial<Record<Status, string>> = {
  queued: "waits to be captioned",
  captioning: "is being captioned",
  ready: "has its captions",
  uncaptioned: "has no captions",
  failed: "could not be captioned",
};

/** How many pages of 100 older videos are looked through. */
const pagesSearched = 5;
/** Up to so many videos are asked for one by one; more come by the list. */
const singly = 5;

/** A Library is the caller's videos as far as they are loaded, newest first, kept up to date. */
export class Library {
  readonly shelf = new Cell<Shelf>({ videos: [], loading: true });
  /** What is said to those who listen rather than look. */
  readonly news = new Cell("");
  /** A video that somebody else asks for, and tells of by update. */
  elsewhere: string | undefined;
  private readonly watching: Watching;

  constructor(private readonly api: Api) {
    this.watching = new Watching(
      () => this.moving().length,
      () => this.refresh(),
    );
  }

  /** Loads the first page anew, or the one after what is there. */
  async load(more = false): Promise<void> {
    const before = this.shelf.value;
    this.shelf.value = { ...before, loading: true, error: undefined };
    try {
      const page = await this.api.videos(more ? before.next : undefined);
      // What is being sent is shown whatever page it is on.
      const known = this.shelf.value.videos.filter((v) => more || sendings.value.some((s) => s.video === v.id));
      const ids = new Set(page.videos.map((v) => v.id));
      const videos = [...known.filter((v) => !ids.has(v.id)), ...page.videos].sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
      this.shelf.value = { videos, next: page.next, loading: false };
      this.watching.soon();
    } catch (error) {
      this.shelf.value = { ...this.shelf.value, loading: false, error: textOf(error) };
    }
  }

  private moving = () => this.shelf.value.videos.filter((v) => v.id !== this.elsewhere && moves(v));

  /** Looks for a video among those that are loaded, and then among some older ones. */
  async search(fits: (videos: readonly Video[]) => Video | undefined): Promise<Video | undefined> {
    let found = fits(this.shelf.value.videos);
    for (let next = this.shelf.value.next, page = 0; !found && next !== undefined && page < pagesSearched; page++) {
      const older = await this.api.videos(next, 100);
      found = fits(older.videos);
      next = older.next;
    }
    return found;
  }

  find = (id: string) => this.shelf.value.videos.find((v) => v.id === id);

  /** Shows a video as it is now; one that is not there yet is the newest. */
  put(video: Video): void {
    const { videos } = this.shelf.value;
    const before = videos.find((v) => v.id === video.id);
    if (before && before.status !== video.status) this.tell(video);
    this.set(before ? videos.map((v) => (v.id === video.id ? video : v)) : [video, ...videos]);
    this.watching.soon();
  }

  /** Shows a video as it is now, if it is one of those that are loaded. */
  update(video: Video): void {
    const before = this.find(video.id);
    if (!before) return;
    this.set(this.shelf.value.videos.map((v) => (v.id === video.id ? video : v)));
    this.watching.soon();
  }

  drop(id: string): void {
    this.set(this.shelf.value.videos.filter((v) => v.id !== id));
  }

  private set(videos: Video[]): void {
    this.shelf.value = { ...this.shelf.value, videos };
  }

  /** Says to those who listen how a video stands now. */
  tell(video: Video): void {
    const text = news[video.status];
    if (text) this.news.value = `${video.title} ${text}.`;
  }

  private async refresh(): Promise<Answer> {
    const moving = this.moving();
    let answer: Answer = "same";
    const take = (video: Video) => {
      const before = this.find(video.id);
      if (!before || isStale(video, before) || looks(before) === looks(video)) return;
      answer = "changed";
      if (before.status !== video.status) this.tell(video);
      this.set(this.shelf.value.videos.map((v) => (v.id === video.id ? video : v)));
    };
    try {
      let single = moving.map((v) => v.id);
      if (moving.length > singly) {
        const page = await this.api.videos(undefined, 100);
        const listed = new Set(page.videos.map((v) => v.id));
        page.videos.forEach(take);
        single = single.filter((id) => !listed.has(id)).slice(0, singly);
      }
      for (const id of single) {
        try {
          take(await this.api.video(id));
        } catch (error) {
          if (!hasCode(error, "not_found")) throw error;
          answer = "changed";
          this.drop(id);
        }
      }
      return answer;
    } catch {
      return "failed"; // it is asked again; the list says what was known last
    }
  }
}
