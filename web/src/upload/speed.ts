/** Milliseconds that a speed is measured over. */
const span = 8000;

/** A Speed is how fast bytes go out, by what went in the last seconds. */
export class Speed {
  private samples: { at: number; sent: number }[] = [];

  /** Notes that so many bytes of all were sent by a time in milliseconds. What was taken back, by a retry, begins anew. */
  note(at: number, sent: number): void {
    const last = this.samples.at(-1);
    if (last && sent < last.sent) this.samples = [];
    this.samples.push({ at, sent });
    while (this.samples.length > 2 && this.samples[1]!.at <= at - span) this.samples.shift();
  }

  /** Nothing goes for a while: what was measured says nothing about afterwards. */
  rest(): void {
    this.samples = [];
  }

  /** Bytes a second, or null while there is too little to go by. */
  perSecond(): number | null {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (!first || !last || last.at - first.at < 500 || last.sent <= first.sent) return null;
    return ((last.sent - first.sent) * 1000) / (last.at - first.at);
  }

  /** Seconds for so many more bytes. */
  secondsFor(left: number): number | null {
    const speed = this.perSecond();
    return speed === null ? null : left / speed;
  }
}
