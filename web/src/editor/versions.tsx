import { useEffect, useState } from "preact/hooks";
import type { Api } from "../api/client";
import { hasCode, textOf } from "../api/problem";
import type { Cue, Track, Version } from "../api/types";
import { Dialog } from "../ui/dialog";
import { ErrorNote } from "../ui/texts";
import { count, langOf, trackLabel, when } from "../ui/words";
import { CueList } from "./conflict";

/** The versions of a person's track, to be looked at and restored. */
export function VersionsDialog({ api, video, track, onRestored, onClose }: { api: Api; video: string; track: Track; onRestored: () => void; onClose: () => void }) {
  const [versions, setVersions] = useState<Version[]>();
  const [error, setError] = useState<string>();
  const [seen, setSeen] = useState<{ number: number; cues: Cue[] }>();
  const [busy, setBusy] = useState(false);
  const told = (e: unknown) => setError(textOf(e));
  const load = () => {
    setError(undefined);
    api.versions(video, track.name).then(setVersions, told);
  };
  useEffect(load, [track.etag]);
  const see = (number: number) => void api.captions(video, track.name, { version: number }).then((c) => setSeen({ number, cues: c.cues }), told);
  const restore = async (number: number) => {
    setBusy(true);
    setError(undefined);
    try {
      await api.restore(video, track.name, number, track.etag);
      onRestored();
      onClose();
    } catch (e) {
      if (hasCode(e, "changed_meanwhile")) {
        onRestored(); // the newest is read again, and then it can be tried again
        setError("Somebody saved another version meanwhile. It is in the list now; look at it, then restore again if you still want to.");
      } else told(e);
    }
    setBusy(false);
  };
  return (
    <Dialog title={`Versions of “${trackLabel(track)}”`} onClose={onClose}>
      <p class="quiet">Restoring makes an older version the newest. The present one stays in the list.</p>
      {error && <ErrorNote text={error} />}
      {!versions && !error && <p class="quiet">Loading…</p>}
      <ul class="versions">
        {versions?.map((v, i) => (
          <li key={v.number}>
            <span>
              <b>Version {v.number}</b>
              {i === 0 && " (newest)"}
              <br />
              <span class="quiet">
                {when(v.savedAt)}, {count(v.cues, "cue")}
              </span>
            </span>
            <span class="actions">
              <button type="button" class="button" onClick={() => see(v.number)}>
                See<span class="unseen"> version {v.number}</span>
              </button>
              {i > 0 && (
                <button type="button" class="button" disabled={busy} onClick={() => void restore(v.number)}>
                  Restore<span class="unseen"> version {v.number}</span>
                </button>
              )}
            </span>
          </li>
        ))}
      </ul>
      {seen && <CueList cues={seen.cues} label={`Captions of version ${seen.number}`} lang={langOf(track.name)} />}
      <div class="actions end">
        <button type="button" class="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
