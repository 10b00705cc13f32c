import { useState } from "preact/hooks";
import type { Api } from "../api/client";
import { textOf } from "../api/problem";
import type { Cue } from "../api/types";
import { Dialog } from "../ui/dialog";
import { ErrorNote } from "../ui/texts";
import { clock, langOf } from "../ui/words";
import type { Conflict } from "./editing";

interface Props {
  api: Api;
  video: string;
  target: string;
  conflict: Conflict;
  /** A name that no track has. */
  free: string;
  saving: boolean;
  error?: string;
  onSave: (name: string, etag: string | null) => void;
  onClose: () => void;
}

/** What to do when somebody saved the same track meanwhile. Nothing of either is lost, whatever is chosen. */
export function ConflictDialog({ api, video, target, conflict, free, saving, error, onSave, onClose }: Props) {
  const [name, setName] = useState(free);
  const [theirs, setTheirs] = useState<Cue[]>();
  const [unread, setUnread] = useState<string>();
  const look = () => {
    setUnread(undefined);
    api
      .captions(video, target)
      .then((c) => setTheirs(c.cues))
      .catch((e: unknown) => setUnread(textOf(e)));
  };
  return (
    <Dialog title="Somebody saved this track meanwhile" onClose={onClose}>
      <p>
        The track “{target}” {conflict.theirs === null ? "was made or removed" : "has a newer version"} since you opened it. Nothing that you typed is lost.
      </p>
      {conflict.theirs !== null && !theirs && (
        <div>
          <button type="button" class="button" onClick={look}>
            See theirs
          </button>
        </div>
      )}
      {unread && <ErrorNote text={unread} onRetry={look} />}
      {theirs && <CueList cues={theirs} label="Their captions" lang={langOf(target)} />}
      <div class="field">
        <label for="conflict-name">Save mine as another track</label>
        <div class="inline">
          <input id="conflict-name" value={name} onInput={(event) => setName(event.currentTarget.value)} />
          <button type="button" class="button primary" disabled={saving || name.trim() === ""} onClick={() => onSave(name.trim(), null)}>
            Save mine
          </button>
        </div>
      </div>
      {error && <ErrorNote text={error} />}
      <div class="actions end">
        <button type="button" class="button" onClick={onClose}>
          Back to my text
        </button>
        <button type="button" class="button danger" disabled={saving} onClick={() => onSave(target, conflict.theirs)}>
          {conflict.theirs === null ? "Save under this name" : "Replace theirs"}
        </button>
      </div>
      {conflict.theirs !== null && <p class="quiet">If you replace it, theirs stays as an older version, which can be restored.</p>}
    </Dialog>
  );
}

/** Captions to be read, in a dialog. */
export const CueList = ({ cues, label, lang }: { cues: readonly Cue[]; label: string; lang?: string }) => (
  <ol class="read" tabIndex={0} aria-label={label} lang={lang}>
    {cues.map((c, i) => (
      <li key={i}>
        <span class="time">{clock(c.start)}</span> <span>{c.lines.join(" ")}</span>
      </li>
    ))}
  </ol>
);
