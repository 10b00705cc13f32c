import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { isAbort, textOf } from "../api/problem";
import type { Hit, Hits } from "../api/types";
import { Cell, useCell } from "../ui/cell";
import { Icon } from "../ui/icons";
import { linkTo } from "../ui/route";
import type { Service } from "../ui/service";
import { ErrorNote, Marked } from "../ui/texts";
import { clock, count, langOf } from "../ui/words";

/** What was searched last, so that it is there again after a look at a hit. It is never in an address. */
const words = new Cell("");
/** Milliseconds after the last key before it is searched. */
const settle = 300;

/** A search field; its hits take the place of the children. */
export function SearchAll({ service, children }: { service: Service; children: ComponentChildren }) {
  const q = useCell(words);
  const [found, setFound] = useState<{ q: string; hits?: Hits; error?: string }>();
  const [again, setAgain] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const wanted = q.trim();

  useEffect(() => {
    if (wanted === "") {
      setFound(undefined);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      service.api
        .search(wanted, stop.signal)
        .then((hits) => setFound({ q: wanted, hits }))
        .catch((error: unknown) => isAbort(error) || setFound({ q: wanted, error: textOf(error) }));
    }, settle);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted, again, service]);

  return (
    <>
      <form class="search" role="search" onSubmit={(event) => (event.preventDefault(), setAgain(again + 1))}>
        <Icon name="search" />
        <input ref={field} type="search" aria-label="Search what was said in all videos" placeholder="Search what was said" maxLength={200} value={q} onInput={(event) => (words.value = event.currentTarget.value)} />
        {q !== "" && (
          <button type="button" class="icon-button" aria-label="Clear the search" onClick={() => ((words.value = ""), field.current?.focus())}>
            <Icon name="close" />
          </button>
        )}
      </form>
      {wanted === "" ? children : <Results found={found} waiting={found?.q !== wanted} onRetry={() => setAgain(again + 1)} />}
    </>
  );
}

/** What a search found, and where it looked. */
function summary(hits: Hits, inVideos: number): string {
  const found = hits.hits.length === 0 ? "Nothing found" : `${count(hits.hits.length, "hit")}${hits.more ? " and more" : ""} in ${count(inVideos, "video")}`;
  const left = hits.notSearched ? ` ${count(hits.notSearched, "older video")} not searched.` : "";
  return `${found}. ${count(hits.videos, "video")} searched.${left}`;
}

function Results({ found, waiting, onRetry }: { found?: { hits?: Hits; error?: string }; waiting: boolean; onRetry: () => void }) {
  const hits = found?.hits;
  const byVideo = new Map<string, Hit[]>();
  for (const hit of hits?.hits ?? []) byVideo.set(hit.video, [...(byVideo.get(hit.video) ?? []), hit]);
  return (
    <section aria-label="Search results" aria-busy={waiting}>
      <p class="quiet" role="status">
        {!found ? "Searching…" : hits && summary(hits, byVideo.size)}
      </p>
      {found?.error && <ErrorNote text={found.error} onRetry={onRetry} />}
      <ul class="rows">
        {[...byVideo].map(([id, own]) => (
          <li class="row" key={id}>
            <h2>
              <a href={linkTo(id)}>
                <Marked text={own[0]!.title} marks={own.find((h) => h.cue === undefined)?.marks} />
              </a>
            </h2>
            <ul class="hits">
              {own.filter((h) => h.cue !== undefined).map((h) => (
                <li key={h.cue}>
                  <a class="hit" href={linkTo(id, h.start)}>
                    <span class="time">{clock(h.start ?? 0)}</span>
                    <span lang={langOf(h.track)}>
                      <Marked text={h.text ?? ""} marks={h.marks} />
                    </span>
                  </a>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </section>
  );
}
