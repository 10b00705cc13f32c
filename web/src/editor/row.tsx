import { useEffect, useRef, useState } from "preact/hooks";
import type { Finding } from "../api/types";
import { Icon } from "../ui/icons";
import { clock } from "../ui/words";
import { memo } from "../watch/memo";
import { parseTime, timeText, type EditCue } from "./cues";

/** What the rows ask of the editor. It stays the same object, so that a row is drawn anew only when its cue changes. */
export interface RowActs {
  select: (id: number) => void;
  text: (id: number, text: string) => void;
  start: (id: number, at: number) => void;
  end: (id: number, at: number) => void;
  now: () => number;
  step: () => number;
  play: (id: number, loop: boolean) => void;
  /** Plays a cue, or stops what plays. */
  toggle: (id: number) => void;
  stop: () => void;
  split: (id: number, place: number) => void;
  join: (id: number) => void;
  addAfter: (id: number) => void;
  remove: (id: number) => void;
  move: (id: number, by: 1 | -1) => void;
}

interface Props {
  cue: EditCue;
  number: number;
  last: boolean;
  open: boolean;
  on: boolean;
  looping: boolean;
  findings: readonly Finding[] | undefined;
  language: string;
  acts: RowActs;
}

export const CueRow = memo(function CueRow(props: Props) {
  const { cue, number, open, on, findings, acts } = props;
  if (open) return <OpenRow {...props} />;
  return (
    <li>
      <button type="button" class="cue" data-cue={cue.id} aria-current={on ? "true" : undefined} onClick={() => acts.select(cue.id)}>
        <span class="time">{clock(cue.start)}</span>
        <span>
          {cue.speaker && <b class="speaker">{cue.speaker} </b>}
          <span class="unseen">Cue {number}: </span>
          <span class="lines" dir="auto">{cue.text.trim() === "" ? <i class="quiet">empty</i> : cue.text}</span>
          {findings && (
            <span class="flag">
              {findings.length === 1 ? "1 finding" : `${findings.length} findings`}
            </span>
          )}
        </span>
      </button>
    </li>
  );
});

function OpenRow({ cue, number, last, looping, findings, language, acts }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus({ preventScroll: true });
    field.current?.closest("li")?.scrollIntoView({ block: "nearest" });
  }, []);
  const place = () => field.current?.selectionStart ?? 0;
  return (
    <li class="open-cue" aria-label={`Cue ${number}`}>
      <textarea
        ref={field}
        data-cue={cue.id}
        rows={Math.max(2, cue.text.split("\n").length)}
        aria-label={`Text of cue ${number}`}
        lang={language}
        dir="auto"
        value={cue.text}
        aria-describedby={findings ? `findings-${cue.id}` : undefined}
        onInput={(event) => acts.text(cue.id, event.currentTarget.value)}
        onKeyDown={(event) => {
          const ctrl = event.ctrlKey || event.metaKey;
          if (event.key === "Enter" && ctrl) acts.toggle(cue.id);
          else if (event.altKey && event.key === "ArrowDown") acts.move(cue.id, 1);
          else if (event.altKey && event.key === "ArrowUp") acts.move(cue.id, -1);
          else return;
          event.preventDefault();
        }}
      />
      {findings && (
        <ul class="findings" id={`findings-${cue.id}`}>
          {findings.map((f) => (
            <li>{f.message}</li>
          ))}
        </ul>
      )}
      {cue.beside && <Beside cue={cue} />}
      <div class="times">
        <TimeField name="Start" cue={number} value={cue.start} acts={acts} onChange={(at) => acts.start(cue.id, at)} />
        <TimeField name="End" cue={number} value={cue.end} acts={acts} onChange={(at) => acts.end(cue.id, at)} />
      </div>
      <div class="actions">
        <button type="button" class="button" onClick={() => acts.play(cue.id, false)}>
          <Icon name="play" /> Play this cue
        </button>
        <button type="button" class="button" aria-pressed={looping} onClick={() => (looping ? acts.stop() : acts.play(cue.id, true))}>
          <Icon name="loop" /> Loop
        </button>
        {/* The field keeps the focus, and with it its cursor. */}
        <button type="button" class="button" onMouseDown={(event) => event.preventDefault()} onClick={() => acts.split(cue.id, place())}>
          Split at the cursor
        </button>
        <button type="button" class="button" disabled={last} onClick={() => acts.join(cue.id)}>
          Join with next
        </button>
        <button type="button" class="button" onClick={() => acts.addAfter(cue.id)}>
          Add after
        </button>
        <button type="button" class="button" onClick={() => acts.remove(cue.id)}>
          Delete cue
        </button>
      </div>
    </li>
  );
}

/** What WebVTT has beside the text, which cannot be edited here. */
function Beside({ cue: { beside = {}, text } }: { cue: EditCue }) {
  const says = [
    beside.settings && `Stands at ${beside.settings}.`,
    beside.markup && (beside.of === text ? "Has tags, which go when the words are changed." : "Its tags went when the words were changed."),
    beside.comments && `Comment: ${beside.comments.join(" / ")}`,
  ].filter(Boolean);
  return says.length > 0 ? <p class="quiet">{says.join(" ")}</p> : null;
}

/** A time to be typed, nudged, or set to where the film is. */
function TimeField({ name, cue, value, acts, onChange }: { name: "Start" | "End"; cue: number; value: number; acts: RowActs; onChange: (at: number) => void }) {
  const [typed, setTyped] = useState<string>();
  const wrong = typed !== undefined && parseTime(typed) === null;
  const nudge = (by: 1 | -1) => onChange(value + by * acts.step());
  const take = () => {
    const at = typed === undefined ? null : parseTime(typed);
    if (at !== null) onChange(at);
    setTyped(undefined);
  };
  const what = `${name} of cue ${cue}`;
  return (
    <div class="time-field" role="group" aria-label={what}>
      <span aria-hidden="true">{name}</span>
      <button type="button" class="icon-button" aria-label={`${what} earlier`} onClick={() => nudge(-1)}>
        <span aria-hidden="true">−</span>
      </button>
      <input
        aria-label={what}
        aria-invalid={wrong}
        inputMode="decimal"
        value={typed ?? timeText(value)}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === "Enter") take();
          else if (event.key === "ArrowUp") nudge(1);
          else if (event.key === "ArrowDown") nudge(-1);
          else return;
          event.preventDefault();
        }}
      />
      <button type="button" class="icon-button" aria-label={`${what} later`} onClick={() => nudge(1)}>
        <span aria-hidden="true">+</span>
      </button>
      <button type="button" class="button" aria-label={`${what}: here`} title="Set to where the film is" onClick={() => onChange(acts.now())}>
        Here
      </button>
    </div>
  );
}
