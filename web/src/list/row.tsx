import { useEffect, useRef, useState } from "preact/hooks";
import { textOf } from "../api/problem";
import type { Video } from "../api/types";
import { draftsOf } from "../editor/draft";
import { accepted } from "../upload/kinds";
import { useSending, type Sending } from "../upload/sendings";
import { Icon } from "../ui/icons";
import { linkTo } from "../ui/route";
import type { Service } from "../ui/service";
import { bytes, clock, count, duration, when } from "../ui/words";
import { Confirm, DeleteDialog, RetryDialog } from "./dialogs";

/** What a person is told of a video's state, and how it looks. */
export function stateOf(video: Video, sending?: Sending): { text: string; tone: "calm" | "busy" | "good" | "bad" } {
  if (sending) {
    const text = { waiting: "Waiting to upload", sending: "Uploading", paused: "Paused", offline: "Offline", finishing: "Finishing", failed: "Upload stopped" }[sending.state];
    return { text, tone: sending.state === "failed" ? "bad" : "busy" };
  }
  switch (video.status) {
    case "pending":
      return { text: "Upload not finished", tone: "bad" };
    case "queued":
      return { text: "Waiting", tone: "busy" };
    case "captioning":
      return { text: "Captioning", tone: "busy" };
    case "ready":
      return { text: "Captioned", tone: "good" };
    case "uncaptioned":
      return video.tracks.length > 0 ? { text: "Captioned by hand", tone: "good" } : { text: "No captions", tone: "calm" };
    case "failed":
      return { text: "Failed", tone: "bad" };
    case "deleting":
      return { text: "Being deleted", tone: "calm" };
  }
}

export const Chip = ({ video, sending }: { video: Video; sending?: Sending }) => {
  const { text, tone } = stateOf(video, sending);
  return <span class={`chip ${tone}`}>{text}</span>;
};

/** How far captioning is. */
export function Captioning({ video }: { video: Video }) {
  const p = video.progress;
  if (video.status !== "captioning" && video.status !== "queued") return null;
  return (
    <div class="progress">
      <progress class={video.status} max={p?.total ?? 1} value={p?.done ?? 0} aria-label={`Captioning ${video.title}`} />
      <p class="quiet">
        {p ? `${p.done} of ${count(p.total, "segment")} done` : "Waits for its turn"}
        {p?.secondsLeft !== undefined && `, about ${duration(Math.max(1, p.secondsLeft))} left`}
      </p>
    </div>
  );
}

function SendingLine({ sending, service }: { sending: Sending; service: Service }) {
  const [cancelling, setCancelling] = useState(false);
  const share = sending.size > 0 ? Math.floor((100 * sending.sent) / sending.size) : 0;
  const pausable = sending.state === "sending" || sending.state === "paused" || sending.state === "offline" || sending.state === "waiting";
  const parts = [
    `${bytes(sending.sent)} of ${bytes(sending.size)}`,
    sending.perSecond !== null && `${bytes(sending.perSecond)}/s`,
    sending.secondsLeft !== null && sending.state === "sending" && `${duration(Math.max(1, sending.secondsLeft))} left`,
    sending.state === "offline" && "goes on when you are online again",
  ];
  const act = (what: "pause" | "again") => () => void service.uploads().then((u) => u[what](sending));
  return (
    <>
      <div class="progress">
        <progress max={100} value={share} aria-label={`Uploading ${sending.name}`} />
        <p class="quiet">{sending.state === "finishing" ? "All is sent" : parts.filter(Boolean).join(", ")}</p>
        {sending.error && (
          <p class="bad-text" role="alert">
            {sending.error}
          </p>
        )}
      </div>
      <div class="actions">
        {pausable && (
          <button type="button" class="button" onClick={act("pause")}>
            {sending.state === "paused" ? "Resume" : "Pause"}
            <span class="unseen"> {sending.name}</span>
          </button>
        )}
        {sending.state === "failed" && (
          <button type="button" class="button primary" onClick={act("again")}>
            Try again<span class="unseen"> {sending.name}</span>
          </button>
        )}
        <button type="button" class="button" onClick={() => setCancelling(true)}>
          Cancel<span class="unseen"> {sending.name}</span>
        </button>
      </div>
      {cancelling && (
        <Confirm title="Cancel this upload?" act="Cancel the upload" danger onAct={async () => (await service.uploads()).cancel(sending)} onClose={() => setCancelling(false)}>
          <p>
            <strong class="name">{sending.name}</strong>
          </p>
          <p>What was sent of it will be removed.</p>
        </Confirm>
      )}
    </>
  );
}

/** A video whose upload was broken off, by a reload or on another day. */
function Unfinished({ video, service }: { video: Video; service: Service }) {
  const [error, setError] = useState<string>();
  const input = useRef<HTMLInputElement>(null);
  const chosen = async (file: File | undefined) => {
    if (file) setError((await service.uploads().then((u) => u.goOn(video, file)).catch(textOf)) ?? undefined);
  };
  return (
    <>
      <p>Upload not finished: choose the file again to go on.</p>
      {error && (
        <p class="bad-text" role="alert">
          {error}
        </p>
      )}
      <div class="actions">
        <button type="button" class="button primary" onClick={() => input.current?.click()}>
          Choose the file again<span class="unseen"> for {video.title}</span>
        </button>
        <input
          ref={input}
          type="file"
          accept={accepted}
          hidden
          onChange={(event) => {
            void chosen(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
      </div>
    </>
  );
}

/** One video in the list. */
export function Row({ video, service }: { video: Video; service: Service }) {
  const sending = useSending(video.id);
  const [dialog, setDialog] = useState<"delete" | "retry">();
  const [draft, setDraft] = useState(false);
  useEffect(() => setDraft(draftsOf(localStorage, video.id).length > 0), [video.id]);
  const watchable = video.status !== "pending" && video.status !== "deleting";
  const close = () => setDialog(undefined);
  const facts = [video.duration !== undefined && clock(video.duration), bytes(video.size), when(video.createdAt)].filter(Boolean).join(" · ");
  return (
    <li class="row" data-status={video.status}>
      <div class="row-head">
        <h2 dir="auto">{watchable ? <a href={linkTo(video.id)}>{video.title}</a> : video.title}</h2>
        <span class="chips">
          {draft && <span class="chip busy">Changes not saved</span>}
          <Chip video={video} sending={sending} />
        </span>
      </div>
      <p class="quiet">{facts}</p>
      {sending ? <SendingLine sending={sending} service={service} /> : video.status === "pending" && <Unfinished video={video} service={service} />}
      <Captioning video={video} />
      {video.failure && <p class={video.status === "failed" ? "bad-text" : "quiet"}>{video.failure.message}</p>}
      {!sending && video.status !== "deleting" && (
        <div class="row-tools">
          {(video.status === "failed" || video.status === "uncaptioned") && (
            <button type="button" class="button" onClick={() => setDialog("retry")}>
              Caption again<span class="unseen"> {video.title}</span>
            </button>
          )}
          <button type="button" class="icon-button" aria-label={`Delete ${video.title}`} title="Delete" onClick={() => setDialog("delete")}>
            <Icon name="trash" />
          </button>
        </div>
      )}
      {dialog === "delete" && <DeleteDialog video={video} service={service} onClose={close} />}
      {dialog === "retry" && <RetryDialog video={video} service={service} onClose={close} />}
    </li>
  );
}
