import { useEffect, useRef, useState } from "preact/hooks";
import { textOf } from "../api/problem";
import { Icon } from "../ui/icons";
import { OptionFields, optionsOf, textsOf } from "../ui/options";
import type { Service } from "../ui/service";
import { bytes, count } from "../ui/words";
import { accepted } from "./kinds";

/** Where files are dropped or chosen, anywhere on the page while it is shown. */
export function UploadPanel({ service }: { service: Service }) {
  const [over, setOver] = useState(false);
  const [refused, setRefused] = useState<string[]>([]);
  /** How many files were taken that are not in the list yet. */
  const [coming, setComing] = useState(0);
  const [texts, setTexts] = useState(() => textsOf({}));
  const input = useRef<HTMLInputElement>(null);

  const add = async (list: FileList | null | undefined) => {
    const files = [...(list ?? [])];
    if (files.length === 0) return;
    setRefused([]);
    setComing((n) => n + files.length);
    try {
      const uploads = await service.uploads();
      setRefused(await uploads.add(files, optionsOf(texts)));
    } catch (error) {
      setRefused([textOf(error)]);
    }
    setComing((n) => n - files.length);
  };
  const latest = useRef(add);
  latest.current = add;

  useEffect(() => {
    const has = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
    const drag = (event: DragEvent) => {
      if (!has(event)) return;
      event.preventDefault(); // else the browser would open the file and leave the page
      setOver(true);
    };
    const leave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
    const drop = (event: DragEvent) => {
      if (!has(event)) return;
      event.preventDefault();
      setOver(false);
      void latest.current(event.dataTransfer?.files);
    };
    document.addEventListener("dragover", drag);
    document.addEventListener("dragleave", leave);
    document.addEventListener("drop", drop);
    return () => {
      document.removeEventListener("dragover", drag);
      document.removeEventListener("dragleave", leave);
      document.removeEventListener("drop", drop);
    };
  }, []);

  return (
    <section class={`drop ${over ? "over" : ""}`} aria-label="Upload">
      <div class="drop-inner">
        <Icon name="upload" class="icon big" />
        <p class="drop-text">
          <strong>Drop videos here</strong>
          <span class="quiet">Any film or sound up to {bytes(service.config.maxSize)}</span>
        </p>
        <button type="button" class="button primary" onClick={() => input.current?.click()}>
          Choose files
        </button>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          accept={accepted}
          aria-label="Files to upload"
          onChange={(event) => {
            // A copy, since emptying the field, so that the same file can be chosen again, empties its list.
            const chosen = new DataTransfer();
            for (const file of event.currentTarget.files ?? []) chosen.items.add(file);
            event.currentTarget.value = "";
            void add(chosen.files);
          }}
        />
      </div>
      <details>
        <summary>Options for the next uploads</summary>
        <OptionFields value={texts} onChange={setTexts} config={service.config} />
      </details>
      <p class={coming > 0 ? "quiet" : "unseen"} role="status">
        {coming > 0 && `Preparing ${count(coming, "file")}…`}
      </p>
      {refused.length > 0 && (
        <div class="note error" role="alert">
          {refused.map((text) => (
            <p>{text}</p>
          ))}
        </div>
      )}
    </section>
  );
}
