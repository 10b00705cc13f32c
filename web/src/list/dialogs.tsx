import { useState } from "preact/hooks";
import { textOf } from "../api/problem";
import type { Video } from "../api/types";
import { dropDrafts } from "../editor/draft";
import { Dialog } from "../ui/dialog";
import { optionsOf, OptionFields, textsOf } from "../ui/options";
import type { Service } from "../ui/service";
import { ErrorNote } from "../ui/texts";

interface Asked {
  title: string;
  /** What the button says that does it. */
  act: string;
  danger?: boolean;
  onAct: () => Promise<void>;
  onClose: () => void;
  children: preact.ComponentChildren;
}

/** Asks before something is done that cannot be taken back. It stays open, with the reason, where that fails. */
export function Confirm({ title, act, danger, onAct, onClose, children }: Asked) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const go = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onAct();
      onClose();
    } catch (e) {
      setError(textOf(e));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      {error && <ErrorNote text={error} />}
      <div class="actions end">
        <button type="button" class="button" onClick={onClose}>
          Back
        </button>
        <button type="button" class={`button ${danger ? "danger" : "primary"}`} disabled={busy} onClick={() => void go()}>
          {act}
        </button>
      </div>
    </Dialog>
  );
}

export function DeleteDialog({ video, service, onClose, onGone }: { video: Video; service: Service; onClose: () => void; onGone?: () => void }) {
  const own = video.tracks.filter((t) => t.kind === "human").length;
  const remove = async () => {
    await service.api.remove(video.id);
    dropDrafts(localStorage, video.id);
    service.library.drop(video.id);
    service.library.news.value = `${video.title} is deleted.`;
    onGone?.();
  };
  return (
    <Confirm title="Delete this video?" act="Delete for good" danger onAct={remove} onClose={onClose}>
      <p>
        <strong class="name">{video.title}</strong>
      </p>
      <p>
        The file{video.tracks.length === 0 ? "" : own > 0 ? ", its captions" : " and its captions"}
        {own > 0 ? " and what people edited, with all versions," : ""} will be removed. This cannot be undone.
      </p>
    </Confirm>
  );
}

export function RetryDialog({ video, service, onClose, onDone }: { video: Video; service: Service; onClose: () => void; onDone?: (v: Video) => void }) {
  const [texts, setTexts] = useState(() => textsOf(video));
  const own = video.tracks.filter((t) => t.kind === "human").length;
  const retry = async () => {
    const queued = await service.api.retry(video.id, optionsOf(texts));
    if (onDone) onDone(queued);
    else service.library.put(queued);
  };
  return (
    <Confirm title="Caption this video again?" act="Caption again" onAct={retry} onClose={onClose}>
      <p>
        <strong class="name">{video.title}</strong>
      </p>
      <p>
        {video.tracks.length > own ? "The automatic captions go at once, and are made anew. " : "The captions are made anew. "}
        {own > 0 && "What people edited stays."}
      </p>
      <OptionFields value={texts} onChange={setTexts} config={service.config} />
    </Confirm>
  );
}
