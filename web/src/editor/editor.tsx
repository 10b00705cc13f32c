import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Api } from "../api/client";
import type { Cue, Finding, Track } from "../api/types";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icons";
import { useLeaving } from "../ui/leaving";
import { ErrorNote } from "../ui/texts";
import { count } from "../ui/words";
import { useCell } from "../ui/cell";
import type { Film } from "../watch/film";
import { blockSize, useBlocks, useGradually } from "../watch/blocks";
import { memo } from "../watch/memo";
import { bringIntoView, stepThrough, useCueAt } from "../watch/transcript";
import { ConflictDialog } from "./conflict";
import * as ops from "./cues";
import { freeName } from "./draft";
import { useEditing, type Opened } from "./editing";
import { useShortcuts } from "./shortcuts";
import { CueRow, type RowActs } from "./row";

interface Props {
  api: Api;
  video: string;
  film: Film;
  opened: Opened;
  /** Names that tracks have. */
  taken: readonly string[];
  /** Is told what to show on the film meanwhile. */
  onCues: (cues: Cue[]) => void;
  onSaved: (track: Track) => void;
  onClose: () => void;
}

/** How far a time is nudged. */
const steps = [
  { label: "0.1 s", seconds: 0.1 },
  { label: "1 frame of 24", seconds: 1 / 24 },
  { label: "1 frame of 25", seconds: 1 / 25 },
  { label: "1 frame of 30", seconds: 1 / 30 },
];

/** The captions as a list to be worked on, beside the film that shows them as they are now. */
export function Editor({ api, video, film, opened, taken, onCues, onSaved, onClose }: Props) {
  const edit = useEditing(api, video, opened, onSaved);
  const { cues, change, findings, unsaved } = edit;
  const [selected, setSelected] = useState<number>();
  const [step, setStep] = useState(0);
  const [leaving, setLeaving] = useState<string>();
  const range = useCell(film.range);
  const list = useRef<HTMLOListElement>(null);
  const at = useCueAt(cues, film);

  useEffect(() => {
    const timer = setTimeout(() => onCues(ops.close(cues)), 150);
    return () => clearTimeout(timer);
  }, [cues, onCues]);
  useLeaving(unsaved, setLeaving);
  // Whoever came by the button, which is gone now, begins here.
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus({ preventScroll: true }), []);

  // What the rows call always sees the latest, and is itself always the same.
  const latest = useRef({ cues, step, selected });
  latest.current = { cues, step, selected };
  const select = useCallback((id: number | undefined) => setSelected(id), []);
  const acts = useMemo<RowActs>(() => {
    const find = (id: number) => latest.current.cues.find((c) => c.id === id);
    const show = (id: number) => {
      select(id);
      const cue = find(id);
      if (cue && !film.playing.value) film.seek(cue.start);
    };
    const neighbour = (id: number, by: 1 | -1) => latest.current.cues[latest.current.cues.findIndex((c) => c.id === id) + by]?.id;
    return {
      select: show,
      text: (id, text) => change((c) => ops.setText(c, id, text), `text ${id}`),
      start: (id, to) => change((c) => ops.setStart(c, id, to), `start ${id}`),
      end: (id, to) => change((c) => ops.setEnd(c, id, to), `end ${id}`),
      now: () => film.time.value,
      step: () => steps[latest.current.step]!.seconds,
      play: (id, loop) => {
        const cue = find(id);
        if (cue) film.playRange(cue.start, cue.end, loop);
      },
      toggle: (id) => {
        if (film.playing.value) film.stopRange();
        else acts.play(id, false);
      },
      stop: () => film.stopRange(),
      split: (id, place) => change((c) => ops.split(c, id, place)),
      join: (id) => change((c) => ops.join(c, id)),
      addAfter: (id) => {
        const added = ops.add(latest.current.cues, find(id)?.end ?? 0);
        change(() => added.cues);
        select(added.id);
      },
      remove: (id) => {
        select(neighbour(id, 1) ?? neighbour(id, -1));
        change((c) => ops.remove(c, id));
      },
      move: (id, by) => {
        const next = neighbour(id, by);
        if (next !== undefined) show(next);
      },
    };
  }, [film, change, select]);

  // A loop follows its cue's times while they are nudged.
  const open = cues.find((c) => c.id === selected);
  useEffect(() => {
    const now = film.range.value;
    if (now?.loop && open) film.range.value = { start: open.start, end: open.end, loop: true };
  }, [open?.start, open?.end]);

  const addHere = () => {
    const added = ops.add(cues, film.time.value);
    change(() => added.cues);
    select(added.id);
  };
  const reveal = (id: number | undefined) => {
    if (id === undefined) return;
    select(id);
    requestAnimationFrame(() => {
      const item = list.current?.querySelector(`[data-cue="${id}"]`)?.closest("li");
      if (list.current && item) bringIntoView(list.current, item);
    });
  };
  const nextFinding = () => {
    const order = cues.map((c) => c.id).filter((id) => findings.has(id));
    const after = order.find((id) => cues.findIndex((c) => c.id === id) > cues.findIndex((c) => c.id === selected));
    reveal(after ?? order[0]);
  };
  useShortcuts({
    save: () => unsaved && void edit.save(),
    undo: edit.undo,
    redo: edit.redo,
    // From where nothing is open: to the cue that is on, and from there by the rows' own keys.
    open: () => selected === undefined && reveal(cues[Math.max(0, at)]?.id),
  });
  const blocks = useBlocks(cues);
  const shown = useGradually(blocks.length);
  const total = [...findings.values()].reduce((n, f) => n + f.length, 0);
  const state = edit.saving ? "Saving…" : unsaved ? (edit.room ? "Not saved, kept on this device" : "Not saved") : "All is saved";
  return (
    <div class="editor" role="group" aria-label="Editor" ref={box} tabIndex={-1}>
      <div class="panel-tools">
        <button type="button" class="button primary" disabled={edit.saving || !unsaved} onClick={() => void edit.save()}>
          Save
        </button>
        <button type="button" class="button" onClick={() => (unsaved ? setLeaving("") : onClose())}>
          Stop editing
        </button>
        <button type="button" class="icon-button" aria-label="Undo" title="Undo (Ctrl+Z)" disabled={!edit.canUndo} onClick={edit.undo}>
          <Icon name="undo" />
        </button>
        <button type="button" class="icon-button" aria-label="Redo" title="Redo (Ctrl+Y)" disabled={!edit.canRedo} onClick={edit.redo}>
          <Icon name="redo" />
        </button>
        <p class="quiet" role="status">
          {state} – {edit.target.name}
        </p>
      </div>
      <div class="panel-tools">
        <button type="button" class="button" onClick={addHere}>
          <Icon name="plus" /> Add a cue here
        </button>
        <button type="button" class="button" disabled={at < 0} onClick={() => reveal(cues[at]?.id)}>
          Cue that plays
        </button>
        <label class="step">
          Step
          <select value={step} onChange={(event) => setStep(Number(event.currentTarget.value))}>
            {steps.map((s, i) => (
              <option value={i}>{s.label}</option>
            ))}
          </select>
        </label>
        {total > 0 && (
          <button type="button" class="button" onClick={nextFinding}>
            {count(total, "finding")}: next
          </button>
        )}
      </div>
      {edit.error && !edit.conflict && <ErrorNote text={edit.error} />}
      {edit.unchecked && <p class="quiet">The rules could not be looked at: {edit.unchecked}</p>}
      {!edit.room && <p class="note error">There is no room on this device to keep what is not saved. Save often.</p>}
      {cues.length === 0 && <p class="quiet">No captions yet. Play the film to where somebody speaks, and add a cue.</p>}
      <ol class="cues editing" ref={list} lang={opened.language === "und" ? undefined : opened.language} aria-label="Cues" onKeyDown={stepThrough}>
        {blocks.slice(0, shown).map((block, b) => (
          <Rows
            key={b}
            first={b * blockSize}
            cues={block}
            total={cues.length}
            selected={block.some((c) => c.id === selected) ? selected : undefined}
            on={at >= b * blockSize && at < b * blockSize + blockSize ? at : -1}
            looping={range?.loop === true}
            findings={findings}
            language={opened.language}
            acts={acts}
          />
        ))}
      </ol>
      {edit.conflict && (
        <ConflictDialog
          api={api}
          video={video}
          target={edit.target.name}
          conflict={edit.conflict}
          free={freeName(opened.language, [...taken, edit.target.name])}
          saving={edit.saving}
          error={edit.error}
          onSave={(name, etag) => void edit.save(name, etag)}
          onClose={() => edit.setConflict(undefined)}
        />
      )}
      {leaving !== undefined && (
        <LeaveDialog
          onStay={() => setLeaving(undefined)}
          onSave={async () => {
            if (await edit.save()) leave(leaving, onClose);
            else setLeaving(undefined);
          }}
          onKeep={() => leave(leaving, onClose)}
          onDiscard={() => {
            edit.discard();
            leave(leaving, onClose);
          }}
        />
      )}
    </div>
  );
}

interface RowsProps {
  first: number;
  cues: ops.Cues;
  total: number;
  selected: number | undefined;
  on: number;
  looping: boolean;
  findings: ReadonlyMap<number, readonly Finding[]>;
  language: string;
  acts: RowActs;
}

const Rows = memo(function Rows({ first, cues, total, selected, on, looping, findings, language, acts }: RowsProps) {
  return (
    <>
      {cues.map((cue, i) => (
        <CueRow
          key={cue.id}
          cue={cue}
          number={first + i + 1}
          last={first + i === total - 1}
          open={cue.id === selected}
          on={first + i === on}
          looping={cue.id === selected && looping}
          findings={findings.get(cue.id)}
          language={language}
          acts={acts}
        />
      ))}
    </>
  );
});

function leave(href: string, close: () => void): void {
  close();
  if (href !== "") location.hash = href;
}

const LeaveDialog = ({ onStay, onSave, onKeep, onDiscard }: { onStay: () => void; onSave: () => Promise<void>; onKeep: () => void; onDiscard: () => void }) => (
  <Dialog title="Your changes are not saved" onClose={onStay}>
    <p>They can be kept on this device, and are offered again when you come back to this video.</p>
    <div class="actions end">
      <button type="button" class="button" onClick={onDiscard}>
        Discard them
      </button>
      <button type="button" class="button" onClick={onKeep}>
        Keep on this device
      </button>
      <button type="button" class="button primary" autofocus onClick={() => void onSave()}>
        Save
      </button>
    </div>
  </Dialog>
);
