import { useEffect, useRef, useState } from "preact/hooks";
import type { Cue } from "../api/types";
import { voiceOf } from "../editor/vtt";
import { useCell } from "../ui/cell";
import { clock } from "../ui/words";
import { blockSize, useBlocks, useGradually } from "./blocks";
import { cueAt } from "./cue-at";
import type { Film } from "./film";
import { memo } from "./memo";

/** Follows the film: which cue is on. It changes a few times a minute, the film's time every frame. */
export function useCueAt(cues: readonly { start: number }[], film: Film): number {
  const [at, setAt] = useState(() => cueAt(cues, film.time.value));
  useEffect(() => {
    setAt(cueAt(cues, film.time.value));
    return film.time.subscribe((time) => setAt(cueAt(cues, time)));
  }, [cues, film]);
  return at;
}

/** Scrolls a list to its item, gently where that is wanted and the way is short. */
export function bringIntoView(list: HTMLElement, item: HTMLElement): void {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const way = () => item.getBoundingClientRect().top - list.getBoundingClientRect().top - list.clientHeight / 3;
  const far = Math.abs(way()) > 2 * list.clientHeight;
  list.scrollBy({ top: way(), behavior: calm || far ? "auto" : "smooth" });
  // How tall cues are is known only once they were near: after a long way it is looked at again for some frames.
  const correct = (left: number) => {
    if (left === 0) return;
    list.scrollBy({ top: way() });
    requestAnimationFrame(() => correct(left - 1));
  };
  if (far) requestAnimationFrame(() => correct(5));
}

/** Goes from cue to cue by arrow keys, in a list whose cues are buttons: a film has more of them than anybody wants to tab through. */
export function stepThrough(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  if (event.altKey || event.ctrlKey || event.metaKey || !(event.target instanceof HTMLElement) || !event.target.matches(".cue")) return;
  const cues = [...event.currentTarget.querySelectorAll<HTMLElement>(".cue")];
  const now = cues.indexOf(event.target);
  const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: cues.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  cues[to]?.focus();
}

export function Transcript({ cues, language, film }: { cues: readonly Cue[]; language: string; film: Film }) {
  const at = useCueAt(cues, film);
  const playing = useCell(film.playing);
  const [follow, setFollow] = useState(true);
  const list = useRef<HTMLOListElement>(null);
  const blocks = useBlocks(cues);
  const shown = useGradually(blocks.length);
  const there = at < shown * blockSize;
  useEffect(() => {
    const item = list.current?.children[at];
    if (follow && list.current && item instanceof HTMLElement) bringIntoView(list.current, item);
  }, [at, follow, there]);
  const jump = useRef((start: number) => film.seek(start)).current;
  return (
    <>
      <div class="follow">
        <button type="button" class="button small" aria-pressed={follow} onClick={() => setFollow(!follow)}>
          Follow the film
        </button>
      </div>
      <ol
        class="cues"
        ref={list}
        lang={language === "und" ? undefined : language}
        aria-label="Transcript"
        onKeyDown={stepThrough}
        onWheel={() => playing && setFollow(false)}
        onTouchMove={() => playing && setFollow(false)}
      >
        {blocks.slice(0, shown).map((block, b) => (
          <Lines key={b} cues={block} on={at >= b * blockSize && at < (b + 1) * blockSize ? at - b * blockSize : -1} onJump={jump} />
        ))}
      </ol>
    </>
  );
}

const Lines = memo(function Lines({ cues, on, onJump }: { cues: readonly Cue[]; on: number; onJump: (start: number) => void }) {
  return (
    <>
      {cues.map((cue, i) => (
        <Line key={i} cue={cue} on={i === on} onJump={onJump} />
      ))}
    </>
  );
});

const Line = memo(function Line({ cue, on, onJump }: { cue: Cue; on: boolean; onJump: (start: number) => void }) {
  const speaker = cue.speaker ?? voiceOf(cue.markup);
  return (
    <li>
      <button type="button" class="cue" aria-current={on ? "true" : undefined} onClick={() => onJump(cue.start)}>
        <span class="time">{clock(cue.start)}</span>
        <span>
          {speaker && <b class="speaker">{speaker} </b>}
          <span dir="auto">{cue.lines.join(" ")}</span>
        </span>
      </button>
    </li>
  );
});
