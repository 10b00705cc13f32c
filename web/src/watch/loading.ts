import { useEffect, useRef, useState } from "preact/hooks";
import type { Api, Captions } from "../api/client";
import { hasCode, isAbort, Problem, textOf } from "../api/problem";
import type { Track, Video } from "../api/types";
import { isStale, looks, moves } from "../list/polling";
import { Watching } from "../list/watching";
import type { Service } from "../ui/service";

/** The name of a video's first track while nobody knows its language. */
export const early = "und";

/** A video, kept up to date as long as it moves. */
export function useVideo(id: string, { api, library }: Service) {
  const [video, setVideo] = useState<Video | undefined>(() => library.find(id));
  const [error, setError] = useState<Problem | string>();
  const latest = useRef(video);
  const watching = useRef<Watching>();
  const take = (v: Video) => {
    if (latest.current && isStale(v, latest.current)) return false;
    const changed = !latest.current || looks(latest.current) !== looks(v);
    if (latest.current && latest.current.status !== v.status) library.tell(v);
    latest.current = v;
    if (changed) {
      setVideo(v);
      library.update(v);
    }
    return changed;
  };
  const ask = async (): Promise<boolean> => {
    const changed = take(await api.video(id));
    setError(undefined);
    return changed;
  };
  const load = () =>
    void ask().then(
      () => watching.current?.soon(),
      (e: unknown) => setError(e instanceof Problem ? e : textOf(e)),
    );
  useEffect(() => {
    const w = new Watching(
      () => (latest.current && moves(latest.current) ? 1 : 0),
      () =>
        ask().then(
          (changed) => (changed ? "changed" : "same"),
          (e: unknown) => {
            if (hasCode(e, "not_found")) {
              latest.current = undefined; // deleted meanwhile: it is not asked for any more
              setError(e as Problem);
            }
            return "failed" as const;
          },
        ),
    );
    watching.current = w;
    library.elsewhere = id;
    load();
    return () => {
      w.end();
      library.elsewhere = undefined;
    };
  }, [id]);
  return {
    video,
    error,
    load,
    /** Shows a video that a request answered with, and goes on from there. */
    put: (v: Video) => {
      take(v);
      watching.current?.soon();
    },
  };
}

/** The cues of a track, or of what is there of it while the video is in work. */
export function useCaptions(api: Api, video: Video | undefined, chosen: string) {
  const [captions, setCaptions] = useState<Captions & { track: string }>();
  const [error, setError] = useState<string>();
  const [again, setAgain] = useState(0);
  const track = video?.tracks.find((t) => t.name === chosen);
  const partial = chosen === early && !track;
  // What makes another request worth while: another version, or for early captions another segment.
  const version = partial ? `${video?.status} ${video?.progress?.done} ${video?.updatedAt}` : track?.etag;
  useEffect(() => {
    if (!video || chosen === "" || (!partial && !track)) {
      setCaptions(undefined);
      setError(undefined);
      return;
    }
    const stop = new AbortController();
    api
      .captions(video.id, chosen, { partial, signal: stop.signal })
      .then((c) => {
        setCaptions({ ...c, track: chosen });
        setError(undefined);
      })
      .catch((e: unknown) => {
        if (isAbort(e)) return;
        // Early captions that are not there yet come later; the state of the video says so already.
        if (!partial) setError(textOf(e));
      });
    return () => stop.abort();
  }, [api, video?.id, chosen, partial, version, again]);
  const fits = captions && captions.track === chosen ? captions : undefined;
  return { captions: fits, error, load: () => setAgain(again + 1) };
}

/** The tracks to choose among: those that are there, and while the machine works the beginning of what it makes. */
export function choicesOf(video: Video | undefined): (Pick<Track, "name" | "language" | "kind"> & { early?: true })[] {
  if (!video) return [];
  const working = video.status === "captioning" || video.status === "queued";
  return working && !video.tracks.some((t) => t.kind === "machine") ? [...video.tracks, { name: early, language: early, kind: "machine", early: true }] : video.tracks;
}
