import { useEffect, useRef, useState } from "preact/hooks";
import type { Api } from "../api/client";
import { textOf } from "../api/problem";
import type { Cue } from "../api/types";
import { useCell } from "../ui/cell";
import { Icon } from "../ui/icons";
import { ErrorNote } from "../ui/texts";
import { clock } from "../ui/words";
import type { Film } from "./film";
import { keysOn, useKeys } from "./keys";
import { Shown } from "./shown";

export interface PlayerProps {
  api: Api;
  id: string;
  title: string;
  film: Film;
  at?: number;
  cues: readonly Cue[];
  language: string;
  label: string;
  /** The name of the track; "" where there is none. */
  chosen: string;
  onKeys: () => void;
}

const remembered = "cuepipe.captions";
const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2];

/** The film with its controls. The browser draws the captions; the controls are ours, so that CC is a button and says its state. */
export function Player(props: PlayerProps) {
  const { api, id, title, film, at, cues, language, label, chosen } = props;
  const video = useRef<HTMLVideoElement>(null);
  const frame = useRef<HTMLElement>(null);
  const shown = useRef<Shown>();
  const [source, setSource] = useState<string>();
  const [error, setError] = useState<string>();
  const [captions, setCaptions] = useState(() => localStorage.getItem(remembered) !== "off");
  const [sound, setSound] = useState({ volume: 1, muted: false });
  const [length, setLength] = useState(0);
  const [speed, setSpeed] = useState(1);
  const playing = useCell(film.playing);
  /** Where a film goes on after its address had to be asked for again, and when that was last. */
  const renewal = useRef({ time: 0, play: false, last: 0 });

  const load = () => {
    setError(undefined);
    api
      .source(id)
      .then(({ url }) => setSource(url))
      .catch((e: unknown) => setError(textOf(e)));
  };
  useEffect(() => {
    const element = video.current!;
    shown.current = new Shown(element);
    const detach = film.attach(element);
    if (at !== undefined) film.seek(at);
    load();
    return detach;
  }, []);
  useEffect(() => {
    if (at !== undefined) film.seek(at);
  }, [at]);
  useEffect(() => {
    if (chosen === "") shown.current?.hideAll();
    else shown.current?.show(label, language, cues, captions);
  }, [chosen, label, language, cues, captions]);

  const failed = () => {
    const element = video.current!;
    const now = Date.now();
    const network = element.error?.code === MediaError.MEDIA_ERR_NETWORK || element.readyState === 0 || element.currentTime > 0;
    if (network && now - renewal.current.last > 30_000) {
      // Its address may have ended, which it does after some hours: the same film is asked for again, once.
      renewal.current = { time: element.currentTime, play: !element.paused, last: now };
      setSource(undefined);
      load();
      return;
    }
    setError("This browser cannot play the file. Its captions can be read and downloaded all the same.");
  };
  const loaded = () => {
    const element = video.current!;
    setLength(element.duration);
    element.playbackRate = speed;
    if (renewal.current.time > 0) element.currentTime = renewal.current.time;
    if (renewal.current.play) film.play();
    renewal.current = { ...renewal.current, time: 0, play: false };
  };
  const toggleCaptions = () => {
    localStorage.setItem(remembered, captions ? "off" : "on");
    setCaptions(!captions);
  };
  const toggleFull = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (document.fullscreenEnabled) void frame.current?.requestFullscreen().catch(() => {});
    else (video.current as { webkitEnterFullscreen?: () => void } | null)?.webkitEnterFullscreen?.(); // telephones know it of the film alone
  };
  const mute = () => (video.current!.muted = !video.current!.muted);
  useKeys({
    play: () => film.toggle(),
    by: (seconds) => film.seek(film.time.value + seconds),
    louder: (by) => (video.current!.volume = Math.min(1, Math.max(0, video.current!.volume + by))),
    captions: toggleCaptions,
    full: toggleFull,
    mute,
  });
  const keys = useCell(keysOn);
  const key = (letter: string) => (keys ? ` (${letter})` : "");

  return (
    <section class="player" ref={frame} aria-label="Player">
      <video
        ref={video}
        src={source}
        preload="metadata"
        playsInline
        aria-label={title}
        onClick={() => film.toggle()}
        onError={() => source && failed()}
        onLoadedMetadata={loaded}
        onDurationChange={() => setLength(video.current!.duration)}
        onVolumeChange={() => setSound({ volume: video.current!.volume, muted: video.current!.muted })}
      />
      {error && <ErrorNote text={error} onRetry={load} />}
      <div class="controls" role="group" aria-label="Controls of the player">
        <div class="seeking">
          <Seek film={film} length={length} />
          <Time film={film} length={length} />
        </div>
        <div class="buttons">
          <button type="button" class="icon-button" aria-label={playing ? "Pause" : "Play"} title={`${playing ? "Pause" : "Play"}${key("k")}`} onClick={() => film.toggle()}>
            <Icon name={playing ? "pause" : "play"} />
          </button>
          <button type="button" class="icon-button" aria-label={sound.muted ? "Sound on" : "Mute"} title={`${sound.muted ? "Sound on" : "Mute"}${key("m")}`} onClick={mute}>
            <Icon name={sound.muted || sound.volume === 0 ? "muted" : "sound"} />
          </button>
          <input class="volume" type="range" min="0" max="1" step="0.05" aria-label="Volume" value={sound.muted ? 0 : sound.volume} onInput={(e) => ((video.current!.muted = false), (video.current!.volume = Number(e.currentTarget.value)))} />
          <button type="button" class="cc" aria-pressed={captions} disabled={chosen === ""} title={`Captions ${captions ? "on" : "off"}${key("c")}`} onClick={toggleCaptions}>
            CC<span class="unseen"> captions</span>
          </button>
          <select class="small" aria-label="Speed" value={speed} onChange={(e) => (setSpeed(Number(e.currentTarget.value)), (video.current!.playbackRate = Number(e.currentTarget.value)))}>
            {speeds.map((s) => (
              <option value={s}>{s}×</option>
            ))}
          </select>
          <button type="button" class="icon-button" aria-label="Keyboard keys" title="Keyboard keys" onClick={props.onKeys}>
            <span aria-hidden="true">?</span>
          </button>
          <button type="button" class="icon-button" aria-label="Full screen" title={`Full screen${key("f")}`} onClick={toggleFull}>
            <Icon name="full" />
          </button>
        </div>
      </div>
    </section>
  );
}

function Seek({ film, length }: { film: Film; length: number }) {
  const time = useCell(film.time);
  const max = Number.isFinite(length) ? length : 0;
  return (
    <input
      class="seek"
      type="range"
      aria-label="Position"
      aria-valuetext={`${clock(time)} of ${clock(max)}`}
      min="0"
      max={max}
      step="0.1"
      value={Math.min(time, max)}
      disabled={max === 0}
      onInput={(event) => film.seek(Number(event.currentTarget.value))}
    />
  );
}

function Time({ film, length }: { film: Film; length: number }) {
  const time = useCell(film.time);
  return (
    <span class="clock">
      {clock(time)} / {clock(Number.isFinite(length) ? length : 0)}
    </span>
  );
}
