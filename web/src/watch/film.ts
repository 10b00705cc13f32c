import { Cell } from "../ui/cell";

/** A Film is the video that plays, for all that stands around it. Times are seconds. */
export class Film {
  readonly time = new Cell(0);
  readonly playing = new Cell(false);
  /** What plays over and over, or once: the cue that somebody edits. */
  readonly range = new Cell<{ start: number; end: number; loop: boolean } | null>(null);
  private element: HTMLVideoElement | null = null;
  private pending: number | null = null;
  private frame = 0;

  /** Takes the element as its own, until the returned function is called. */
  attach(element: HTMLVideoElement): () => void {
    this.element = element;
    const stop = new AbortController();
    const on = (type: string, does: () => void) => element.addEventListener(type, does, { signal: stop.signal });
    on("timeupdate", () => this.tick());
    on("seeking", () => this.tick());
    on("play", () => {
      this.playing.value = true;
      this.run();
    });
    on("pause", () => (this.playing.value = false));
    on("ended", () => (this.playing.value = false));
    on("loadedmetadata", () => {
      if (this.pending !== null) element.currentTime = this.pending;
      this.pending = null;
    });
    return () => {
      stop.abort();
      cancelAnimationFrame(this.frame);
      this.element = null;
    };
  }

  get length(): number {
    return this.element?.duration || 0;
  }

  seek(to: number): void {
    const e = this.element;
    const at = Math.max(0, this.length ? Math.min(to, this.length) : to);
    this.time.value = at;
    if (e && e.readyState > 0) e.currentTime = at;
    else this.pending = at; // it cannot be sought in before it is known
  }

  play(): void {
    this.element?.play().catch(() => {}); // the player itself says what cannot be played
  }

  toggle(): void {
    this.range.value = null;
    if (this.element?.paused) this.play();
    else this.element?.pause();
  }

  playRange(start: number, end: number, loop: boolean): void {
    this.range.value = { start, end, loop };
    this.seek(start);
    this.play();
  }

  stopRange(): void {
    this.range.value = null;
    this.element?.pause();
  }

  private run(): void {
    cancelAnimationFrame(this.frame);
    const step = () => {
      this.tick();
      if (this.playing.value) this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
  }

  private tick(): void {
    const e = this.element;
    if (!e) return;
    const range = this.range.value;
    if (range && !e.seeking && (e.currentTime >= range.end || e.currentTime < range.start - 0.5)) {
      if (range.loop && !e.paused) {
        e.currentTime = range.start;
      } else if (e.currentTime >= range.end) {
        e.pause();
        this.range.value = null;
      } else {
        this.range.value = null; // somebody went elsewhere
      }
    }
    this.time.value = e.currentTime;
  }
}
