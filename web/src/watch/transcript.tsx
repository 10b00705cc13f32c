import { useEffect, useRef, useState } from "preact/hooks";
import type { Cue } from "../api/types";
import { useCell } from "../ui/cell";
import { clock } from "../ui/words";
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

/** Scrolls a list to its item, gently where that is wanted. */
export function bringIntoView(list: HTMLElement, item: HTMLElement): void {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const top = item.offsetTop - list.offsetTop - list.clientHeight / 3;
  list.scrollTo({ top, behavior: calm ? "auto" : "smooth" });
}

export function Transcript({ cues, language, film }: { cues: readonly Cue[]; language: string; film: Film }) {
  const at = useCueAt(cues, film);
  const playing = useCell(film.playing);
  const [follow, setFollow] = useState(true);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const item = list.current?.children[at];
    if (follow && list.current && item instanceof HTMLElement) bringIntoView(list.current, item);
  }, [at, follow]);
  const jump = useRef((start: number) => film.seek(start)).current;
  return (
    <>
      <div class="panel-tools">
        <button type="button" class="button" aria-pressed={follow} onClick={() => setFollow(!follow)}>
          Follow the film
        </button>
      </div>
      <ol
        class="cues"
        ref={list}
        lang={language === "und" ? undefined : language}
        aria-label="Transcript"
        onWheel={() => playing && setFollow(false)}
        onTouchMove={() => playing && setFollow(false)}
      >
        {cues.map((cue, i) => (
          <Line key={i} cue={cue} on={i === at} onJump={jump} />
        ))}
      </ol>
    </>
  );
}

const Line = memo(function Line({ cue, on, onJump }: { cue: Cue; on: boolean; onJump: (start: number) => void }) {
  return (
    <li>
      <button type="button" class="cue" aria-current={on ? "true" : undefined} onClick={() => onJump(cue.start)}>
        <span class="time">{clock(cue.start)}</span>
        <span>
          {cue.speaker && <b class="speaker">{cue.speaker} </b>}
          {cue.lines.join(" ")}
        </span>
      </button>
    </li>
  );
});
