import type { Cue } from "../api/types";
import { cueText } from "../editor/vtt";
import { placeOf } from "./place";

/**
 * A Shown puts cues on a video as a text track, which the browser draws as the person has set it up. The tracks are made here
 * and not by <track src>, since their address would have to carry a token. A cue's words are text: escaped, they cannot be tags.
 */
export class Shown {
  private readonly tracks = new Map<string, { track: TextTrack; cues: Map<string, VTTCue> }>();

  constructor(private readonly video: HTMLVideoElement) {}

  /** Shows these cues, or hides them, and no others. */
  show(label: string, language: string, cues: readonly Cue[], visible: boolean): void {
    const key = `${language} ${label}`;
    let entry = this.tracks.get(key);
    if (!entry && cues.length === 0) {
      this.hideAll();
      return; // a text track cannot be taken away again
    }
    if (!entry) {
      entry = { track: this.video.addTextTrack("captions", label, language === "und" ? "" : language), cues: new Map() };
      this.tracks.set(key, entry);
    }
    for (const [other, { track }] of this.tracks) if (other !== key) track.mode = "disabled";
    entry.track.mode = visible ? "showing" : "hidden";

    // Only what differs is changed: while a film is captioned, cues come at the end.
    const wanted = new Map<string, Cue>();
    for (const cue of cues) if (cue.end > cue.start) wanted.set(JSON.stringify([cue.start, cue.end, cue.lines, cue.speaker, cue.markup, cue.settings]), cue);
    for (const [id, cue] of entry.cues) {
      if (wanted.has(id)) continue;
      entry.track.removeCue(cue);
      entry.cues.delete(id);
    }
    for (const [id, cue] of wanted) {
      if (entry.cues.has(id)) continue;
      // Chromium still shows a cue at the very moment of its end, where the next one may begin.
      const end = cue.end - Math.min(0.001, (cue.end - cue.start) / 2);
      const shown = Object.assign(new VTTCue(cue.start, end, cueText(cue)), placeOf(cue.settings));
      entry.track.addCue(shown);
      entry.cues.set(id, shown);
    }
  }

  hideAll(): void {
    for (const { track } of this.tracks.values()) track.mode = "disabled";
  }
}
