import { useEffect, useRef, useState } from "preact/hooks";
import type { Api } from "../api/client";
import { isAbort, textOf } from "../api/problem";
import type { Hits } from "../api/types";
import { Icon } from "../ui/icons";
import { ErrorNote, Marked } from "../ui/texts";
import { clock, count } from "../ui/words";
import type { Film } from "../watch/film";

/** Milliseconds after the last key before it is searched. */
const settle = 250;

interface Props {
  id: string;
  track: string;
  /** The track's ETag: another version is searched anew. */
  version: string;
  language: string;
  api: Api;
  film: Film;
}

/** Finds where in the video something is said, and jumps there. */
export function SearchVideo({ id, track, version, language, api, film }: Props) {
  const [q, setQ] = useState("");
  const [found, setFound] = useState<{ hits?: Hits; error?: string }>();
  const [at, setAt] = useState(-1);
  const [again, setAgain] = useState(0);
  const field = useRef<HTMLInputElement>(null);
  const wanted = q.trim();
  useEffect(() => {
    setAt(-1);
    if (wanted === "") {
      setFound(undefined);
      return;
    }
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api
        .searchVideo(id, wanted, track, stop.signal)
        .then((hits) => setFound({ hits }))
        .catch((error: unknown) => isAbort(error) || setFound({ error: textOf(error) }));
    }, settle);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [wanted, id, track, version, again]);

  const hits = found?.hits?.hits ?? [];
  const go = (i: number) => {
    const hit = hits[(i + hits.length) % hits.length];
    if (!hit) return;
    setAt((i + hits.length) % hits.length);
    film.seek(hit.start ?? 0);
  };
  return (
    <div class="search-in">
      <form class="search" role="search" onSubmit={(event) => (event.preventDefault(), go(at + 1))}>
        <Icon name="search" />
        <input ref={field} type="search" aria-label="Search in this video" placeholder="Search in this video" maxLength={200} value={q} onInput={(event) => setQ(event.currentTarget.value)} />
        {q !== "" && (
          <button type="button" class="icon-button" aria-label="Clear the search" onClick={() => (setQ(""), field.current?.focus())}>
            <Icon name="close" />
          </button>
        )}
      </form>
      {wanted !== "" && (
        <p class="quiet" role="status">
          {found?.hits ? `${count(hits.length, "hit")}${found.hits.more ? " and more" : ""}${hits.length > 0 ? ". Enter jumps to the next." : ""}` : found ? "" : "Searching…"}
        </p>
      )}
      {found?.error && <ErrorNote text={found.error} onRetry={() => setAgain(again + 1)} />}
      {hits.length > 0 && (
        <ul class="hits in" aria-label="Hits" lang={language === "und" ? undefined : language}>
          {hits.map((hit, i) => (
            <li key={i}>
              <button type="button" class="hit" aria-current={i === at ? "true" : undefined} onClick={() => go(i)}>
                <span class="time">{clock(hit.start ?? 0)}</span>
                <span>
                  <Marked text={hit.text ?? hit.title} marks={hit.marks} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
