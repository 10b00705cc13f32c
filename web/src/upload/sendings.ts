import { useEffect, useState } from "preact/hooks";
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

/** The one of a video, if it is on its way. Who shows it is drawn again for its own news only, which comes many times a second. */
export function useSending(video: string): Sending | undefined {
  const find = () => sendings.value.find((s) => s.video === video);
  const [sending, show] = useState(find);
  useEffect(() => {
    show(find);
    return sendings.subscribe(() => show(find));
  }, [video]);
  return sending;
}
