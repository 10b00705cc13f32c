import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Api } from "../api/client";
import { hasCode, isAbort, Problem, textOf } from "../api/problem";
import type { Beside, Finding, Track } from "../api/types";
import { write, writtenIds, type Cues } from "./cues";
import { dropDraft, keepDraft, type Draft } from "./draft";
import * as history from "./history";

/** Milliseconds after the last change before the rules are looked at, and before a draft is kept. */
const checkAfter = 800;
const keepAfter = 300;

/** What is edited: the track that was opened, and where it goes. */
export interface Opened {
  track: string;
  etag: string | null;
  target: string;
  targetEtag: string | null;
  language: string;
  cues: Cues;
  /** What WebVTT has beside all cues. */
  beside: Beside;
  /** The cues that are saved, where the others are a draft of something that is not. */
  saved: Cues | null;
}

/** Somebody else saved, made or removed the target; theirs is the ETag of what is there now, null where nothing is. */
export interface Conflict {
  theirs: string | null;
}

/** The state of an editor: the cues with their history, what is kept and saved of them, and what the rules say. */
export function useEditing(api: Api, video: string, opened: Opened, onSaved: (track: Track) => void) {
  const [past, setPast] = useState(() => history.begin(opened.cues));
  const [saved, setSaved] = useState<Cues | null>(opened.saved);
  /** What the draft is of: once it is saved, the track that it became. */
  const [base, setBase] = useState({ track: opened.track, etag: opened.etag });
  const [target, setTarget] = useState({ name: opened.target, etag: opened.targetEtag });
  const [conflict, setConflict] = useState<Conflict>();
  const [error, setError] = useState<string>();
  const [saving, setSaving] = useState(false);
  const [room, setRoom] = useState(true);
  const cues = past.present;
  const unsaved = cues !== saved;

  const change = useCallback((make: (cues: Cues) => Cues, kind = "") => setPast((h) => history.change(h, make(h.present), kind, performance.now())), []);
  const undo = useCallback(() => setPast(history.undo), []);
  const redo = useCallback(() => setPast(history.redo), []);

  // The draft: soon after each change, and at once when the page goes.
  const draft = useRef<Draft>();
  draft.current = unsaved ? { ...base, target: target.name, targetEtag: target.etag, cues, beside: opened.beside, at: new Date().toISOString() } : undefined;
  const keep = useCallback(() => {
    if (draft.current) setRoom(keepDraft(localStorage, video, draft.current));
    else dropDraft(localStorage, video, base.track);
  }, [video, base.track]);
  const touched = useRef(false);
  useEffect(() => {
    if (!touched.current && !unsaved) return; // nothing was typed: what is kept stays as it is
    touched.current = true;
    const timer = setTimeout(keep, keepAfter);
    return () => clearTimeout(timer);
  }, [cues, unsaved, target, keep]);
  useEffect(() => {
    const gone = () => touched.current && keep();
    addEventListener("pagehide", gone);
    return () => {
      removeEventListener("pagehide", gone);
      gone();
    };
  }, [keep]);

  const findings = useFindings(api, video, cues);

  const busy = useRef(false);
  const save = async (name = target.name, etag = target.etag) => {
    if (busy.current) return false; // a second one would be held to the version that the first replaces
    busy.current = true;
    setSaving(true);
    setError(undefined);
    try {
      const track = await api.save(video, name, write({ cues, beside: opened.beside }), etag);
      dropDraft(localStorage, video, base.track);
      setSaved(cues); // and not what was typed since
      setBase({ track: track.name, etag: track.etag });
      setTarget({ name: track.name, etag: track.etag });
      setConflict(undefined);
      onSaved(track);
      return true;
    } catch (e) {
      if (hasCode(e, "changed_meanwhile") && name !== target.name) {
        setError(`There is a track “${name}” already. Choose another name.`);
      } else if (e instanceof Problem && e.code === "changed_meanwhile") {
        const theirs = e.etag ?? (await api.tracks(video).then((all) => all.find((t) => t.name === name)?.etag ?? null, () => null));
        setConflict({ theirs });
      } else {
        setError(textOf(e));
      }
      return false;
    } finally {
      busy.current = false;
      setSaving(false);
    }
  };
  const discard = () => {
    draft.current = undefined;
    touched.current = false;
    dropDraft(localStorage, video, base.track);
  };
  return { cues, change, undo, redo, canUndo: past.past.length > 0, canRedo: past.future.length > 0, unsaved, target, conflict, setConflict, error, saving, room, save, discard, ...findings };
}

/** What the rules of the style guide say of the cues, by their ids. */
function useFindings(api: Api, video: string, cues: Cues) {
  const [checked, setChecked] = useState<{ byCue: ReadonlyMap<number, readonly Finding[]>; error?: string }>({ byCue: new Map() });
  useEffect(() => {
    const stop = new AbortController();
    const timer = setTimeout(() => {
      const ids = writtenIds(cues); // as long as they are: what is typed meanwhile is checked next
      api
        .check(video, write({ cues, beside: {} }), stop.signal)
        .then((found) => {
          const byCue = new Map<number, Finding[]>();
          for (const f of found) {
            const id = ids[f.cue - 1];
            if (id !== undefined) byCue.set(id, [...(byCue.get(id) ?? []), f]);
          }
          setChecked((before) => ({ byCue: keepSame(before.byCue, byCue) }));
        })
        .catch((e: unknown) => {
          if (!isAbort(e) && !hasCode(e, "unauthorized")) setChecked((before) => ({ ...before, error: textOf(e) }));
        });
    }, checkAfter);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [api, video, cues]);
  return useMemo(() => ({ findings: checked.byCue, unchecked: checked.error }), [checked]);
}

/** The new findings, with the old objects where they say the same, so that only rows with news are drawn. */
function keepSame(before: ReadonlyMap<number, readonly Finding[]>, after: Map<number, Finding[]>): ReadonlyMap<number, readonly Finding[]> {
  const said = (f: readonly Finding[]) => f.map((x) => x.message).join("\n");
  return new Map([...after].map(([id, f]) => [id, before.has(id) && said(before.get(id)!) === said(f) ? before.get(id)! : f]));
}
