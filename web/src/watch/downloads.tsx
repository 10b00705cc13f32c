import { useState } from "preact/hooks";
import { textOf } from "../api/problem";
import type { Video } from "../api/types";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icons";
import type { Service } from "../ui/service";
import { ErrorNote } from "../ui/texts";
import { trackLabel } from "../ui/words";

const formats: Record<string, string> = {
  vtt: "WebVTT, for the web",
  srt: "SubRip, for most players",
  ttml: "TTML (IMSC), for broadcast",
  sbv: "SubViewer, for YouTube",
  txt: "Plain text, to read",
  json: "JSON, for programs",
  report: "Report on the style rules",
};

/** Offers a track in every format. The file comes with the token, so it is fetched and then handed to the browser. */
export function DownloadDialog({ video, chosen, service, onClose }: { video: Video; chosen: string; service: Service; onClose: () => void }) {
  const [name, setName] = useState(video.tracks.some((t) => t.name === chosen) ? chosen : (video.tracks[0]?.name ?? ""));
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState<string>();
  const track = video.tracks.find((t) => t.name === name);
  const offered = Object.keys(formats).filter((f) => f === "report" || (track && f in track.formats));

  const get = async (format: string) => {
    setBusy(format);
    setError(undefined);
    try {
      const url = URL.createObjectURL(await service.api.file(video.id, name, format));
      const link = document.createElement("a");
      link.href = url;
      link.download = `${video.title.replace(/\.[^.]{1,5}$/, "")}.${name}.${format === "report" ? "report.json" : format}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (e) {
      setError(textOf(e));
    }
    setBusy(undefined);
  };

  return (
    <Dialog title="Download the captions" onClose={onClose}>
      {video.tracks.length > 1 && (
        <label class="field">
          Track
          <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
            {video.tracks.map((t) => (
              <option value={t.name}>{trackLabel(t)}</option>
            ))}
          </select>
        </label>
      )}
      <ul class="formats">
        {offered.map((format) => (
          <li key={format}>
            <button type="button" class="format" disabled={busy === format} onClick={() => void get(format)}>
              <Icon name="download" />
              <span>
                <b>{format === "report" ? "report" : `.${format}`}</b> <span class="quiet">{formats[format]}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      {error && <ErrorNote text={error} />}
      <div class="actions end">
        <button type="button" class="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
