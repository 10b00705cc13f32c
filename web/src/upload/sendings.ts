import { Cell } from "../ui/cell";

/** A Sending is a file on its way, as the list shows it. */
export interface Sending {
  /** The video's id, and Uppy's id of the file. */
  video: string;
  file: string;
  name: string;
  /** Bytes. */
  size: number;
  sent: number;
  perSecond: number | null;
  secondsLeft: number | null;
  state: "waiting" | "sending" | "paused" | "offline" | "finishing" | "failed";
  error?: string;
}

/** All files that are on their way. It stands apart from what sends, which is loaded only with the first file. */
export const sendings = new Cell<Sending[]>([]);
