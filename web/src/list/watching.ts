import { delayOf, freshPace, paceAfter, type Answer, type Pace } from "./polling";

/** A Watching asks again and again, by the plan of polling.ts, as long as something moves and the page is seen. */
export class Watching {
  private pace: Pace = freshPace;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asking = false;
  private ended = false;
  private readonly seen = () => {
    if (document.hidden) clearTimeout(this.timer);
    else this.soon();
  };

  /** moving says how many things are waited for; ask makes the requests and never throws. */
  constructor(
    private readonly moving: () => number,
    private readonly ask: () => Promise<Answer>,
  ) {
    document.addEventListener("visibilitychange", this.seen);
    addEventListener("online", this.seen);
  }

  /** Asks soon, for example because something was begun. */
  soon(): void {
    this.pace = freshPace;
    this.plan();
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
    removeEventListener("online", this.seen);
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (this.ended || this.asking) return; // what is being asked plans the next
    const delay = delayOf(this.pace, this.moving(), document.hidden);
    if (delay !== null) this.timer = setTimeout(() => void this.next(), delay);
  }

  private async next(): Promise<void> {
    this.asking = true;
    const answer = await this.ask();
    this.asking = false;
    this.pace = paceAfter(this.pace, answer);
    this.plan();
  }
}
