import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { hasCode } from "../api/problem";
import type { Cue, Track, Video } from "../api/types";
import { open } from "../editor/cues";
import { draftsOf, dropDraft, freeName, targetName, type Draft } from "../editor/draft";
import type { Opened } from "../editor/editing";
import { Editor } from "../editor/editor";
import { VersionsDialog } from "../editor/versions";
import { Confirm, DeleteDialog, RetryDialog } from "../list/dialogs";
import { Captioning, Chip } from "../list/row";
import { SearchVideo } from "../search/video";
import { Icon } from "../ui/icons";
import { listLink } from "../ui/route";
import type { Service } from "../ui/service";
import { ErrorNote, Heading } from "../ui/texts";
import { clock, langOf, language as languageName, trackLabel, when } from "../ui/words";
import { DownloadDialog } from "./downloads";
import { Film } from "./film";
import { KeysDialog } from "./keys";
import { choicesOf, early, useCaptions, useVideo } from "./loading";
import { Player } from "./player";
import { Transcript } from "./transcript";

export interface WatchProps {
  id: string;
  at?: number;
  service: Service;
}

const none: readonly Cue[] = [];

/** One video: the film, and beside it what is said. */
export function WatchView({ id, at, service }: WatchProps) {
  const { video, error, load, put } = useVideo(id, service);
  const film = useMemo(() => new Film(), [id]);
  const [wanted, setWanted] = useState<string>();
  const [dialog, setDialog] = useState<"download" | "retry" | "delete" | "keys" | "versions" | "delete track">();
  const [editing, setEditing] = useState<Opened>();
  const [, redraw] = useState({});
  const [edited, setEdited] = useState<Cue[]>();

  const choices = choicesOf(video);
  const choice = choices.find((c) => c.name === wanted) ?? choices[0];
  const chosen = choice?.name ?? "";
  const { captions, error: unread, load: read } = useCaptions(service.api, video, chosen);
  const cues = captions?.cues ?? none;
  const language = captions?.language ?? choice?.language ?? early;

  const editButton = useRef<HTMLButtonElement>(null);
  /** What was edited or offered is gone, and the focus with it. */
  const toEdit = () => requestAnimationFrame(() => editButton.current?.focus({ preventScroll: true }));
  const stop = useCallback(() => {
    setEditing(undefined);
    setEdited(undefined);
    toEdit();
  }, []);

  // A track that was early is gone when the whole one is there.
  useEffect(() => {
    if (wanted !== undefined && !choices.some((c) => c.name === wanted)) setWanted(undefined);
  }, [choices.map((c) => c.name).join()]);

  if (!video) {
    return (
      <>
        <Back />
        <Heading>Video</Heading>
        {error ? <ErrorNote text={typeof error === "string" ? error : error.message} onRetry={load} /> : <p class="quiet">Loading…</p>}
      </>
    );
  }
  const labelOf = (c: (typeof choices)[number]) => (c.early ? "Captions so far" : trackLabel(c));
  const close = () => setDialog(undefined);
  const track = video.tracks.find((t) => t.name === chosen);
  const names = video.tracks.map((t) => t.name);
  // Where there is no track at all, a person may write one.
  const blank = video.status === "failed" || video.status === "uncaptioned" ? (video.language ?? "en") : undefined;
  const source = track?.name ?? (chosen === "" && blank !== undefined ? "" : undefined);
  const drafts = editing ? [] : draftsOf(localStorage, id);
  const edit = (from: Draft | null) => {
    const { cues: saved, beside } = open(cues, captions?.beside);
    const etag = captions?.etag ?? track?.etag ?? null; // of what was read, which a save is held to
    const target = track ? targetName(track, names) : freeName(blank ?? "en", names);
    const fresh = { track: track?.name ?? "", etag, target, targetEtag: track?.kind === "human" ? etag : null, language, cues: saved, beside, saved };
    setEditing(from ? { ...fresh, beside: {}, ...from, language: langOf(from.track || from.target) ?? early, saved: null } : fresh);
    if (from && names.includes(from.track)) setWanted(from.track);
  };
  const discard = (draft: Draft) => {
    dropDraft(localStorage, id, draft.track);
    redraw({});
    toEdit();
  };
  const savedAs = (t: Track) => {
    put({ ...video, tracks: [t, ...video.tracks.filter((other) => other.name !== t.name)] });
    setWanted(t.name);
  };
  const ready = track !== undefined && captions !== undefined;
  return (
    <>
      <Back />
      <div class="title">
        <Heading>{video.title}</Heading>
        <Chip video={video} />
        {!editing && (
          <div class="actions">
            <button type="button" class="button" disabled={video.tracks.length === 0} onClick={() => setDialog("download")}>
              <Icon name="download" /> Download
            </button>
            <button type="button" class="button" disabled={video.status === "pending" || video.status === "deleting"} onClick={() => setDialog("retry")}>
              <Icon name="retry" /> Caption again
            </button>
            <button type="button" class="button" onClick={() => setDialog("delete")}>
              <Icon name="trash" /> Delete
            </button>
          </div>
        )}
      </div>
      {error && <ErrorNote text={typeof error === "string" ? error : error.message} onRetry={load} />}
      <Captioning video={video} />
      {video.failure && <p class={`note ${video.status === "failed" ? "error" : ""}`}>{video.failure.message}</p>}
      <div class="stage">
        {video.status === "pending" ? (
          <p class="note">The file is not there yet. Go on with its upload in the list of videos.</p>
        ) : (
          <Player
            api={service.api}
            id={id}
            title={video.title}
            film={film}
            at={at}
            cues={edited ?? cues}
            language={language}
            label={choice ? labelOf(choice) : ""}
            // What somebody writes for a film without any track is shown before it is one.
            chosen={edited ? chosen || "new" : chosen}
            onKeys={() => setDialog("keys")}
          />
        )}
        <section class="panel" aria-label="Captions">
          {unread && <ErrorNote text={unread} onRetry={read} />}
          {editing ? (
            <Editor api={service.api} video={id} film={film} opened={editing} taken={names} onCues={setEdited} onSaved={savedAs} onClose={stop} />
          ) : (
            <>
              {drafts.map((draft, i) => (
                <div class="note" key={draft.track}>
                  <p>
                    There are changes that you did not save, of {when(draft.at)}
                    {draft.track !== source && draft.track !== "" && `, to the track “${draft.track}”`}.
                  </p>
                  <div class="actions">
                    <button type="button" class="button primary" ref={i === 0 ? editButton : undefined} onClick={() => edit(draft)}>
                      Go on editing
                    </button>
                    <button type="button" class="button" onClick={() => discard(draft)}>
                      Discard them
                    </button>
                  </div>
                </div>
              ))}
              {choices.length > 1 && (
                <select aria-label="Caption track" value={chosen} onChange={(e) => setWanted(e.currentTarget.value)}>
                  {choices.map((c) => (
                    <option value={c.name}>{labelOf(c)}</option>
                  ))}
                </select>
              )}
              {captions?.until !== undefined && (
                <p class="note">
                  {cues.length > 0 ? `Captions so far, to ${clock(captions.until)}. The last ones may still change.` : "The first captions appear here soon."}
                </p>
              )}
              {(ready || source === "") && (
                <div class="panel-tools">
                  {/* Editing from the start again would take the place of what is kept. */}
                  {!drafts.some((d) => d.track === source) && (
                    <button type="button" class="button" ref={drafts.length === 0 ? editButton : undefined} onClick={() => edit(null)}>
                      <Icon name="edit" /> {source === "" ? "Write captions" : "Edit"}
                    </button>
                  )}
                  {track?.kind === "human" && (
                    <>
                      <button type="button" class="button" onClick={() => setDialog("versions")}>
                        <Icon name="history" /> Versions
                      </button>
                      <button type="button" class="button" onClick={() => setDialog("delete track")}>
                        <Icon name="trash" /> Delete track
                      </button>
                    </>
                  )}
                </div>
              )}
              {track && <SearchVideo key={`${id} ${chosen}`} id={id} track={chosen} version={track.etag} language={language} api={service.api} film={film} />}
              {cues.length > 0 && <Transcript cues={cues} language={language} film={film} />}
              {captions && captions.until === undefined && cues.length === 0 && <p class="quiet">This track has no captions. {language !== early && languageName(language)}</p>}
              {chosen === "" && <p class="quiet">There are no captions.</p>}
            </>
          )}
        </section>
      </div>
      {dialog === "download" && <DownloadDialog video={video} chosen={chosen} service={service} onClose={close} />}
      {dialog === "retry" && <RetryDialog video={video} service={service} onClose={close} onDone={put} />}
      {dialog === "delete" && <DeleteDialog video={video} service={service} onClose={close} onGone={() => (location.hash = listLink)} />}
      {dialog === "versions" && track && <VersionsDialog api={service.api} video={id} track={track} onRestored={load} onClose={close} />}
      {dialog === "delete track" && track && (
        <Confirm title="Delete this track?" act="Delete for good" danger onAct={() => removeTrack(service, video, track).then(load)} onClose={close}>
          <p>“{trackLabel(track)}” and all its versions will be removed. This cannot be undone. The automatic captions stay.</p>
        </Confirm>
      )}
      {dialog === "keys" && <KeysDialog onClose={close} />}
    </>
  );
}

/** Removes a track, unless somebody saved a version of it that nobody has seen here. */
async function removeTrack({ api }: Service, video: Video, track: Track): Promise<void> {
  await api.removeTrack(video.id, track.name, track.etag).catch((error: unknown) => {
    if (!hasCode(error, "no_such_track")) throw error;
  });
  dropDraft(localStorage, video.id, track.name);
}

const Back = () => (
  <a class="back" href={listLink}>
    <Icon name="back" /> All videos
  </a>
);
