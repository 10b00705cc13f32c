import { useId } from "preact/hooks";
import type { Config, Options } from "../api/types";
import { language } from "./words";

/** What a person typed of the options, before it is one. */
export interface OptionTexts {
  language: string;
  speakers: string;
  profile: string;
  names: string;
}

export const textsOf = (o: Options): OptionTexts => ({
  language: o.language ?? "",
  speakers: o.speakers ? String(o.speakers) : "",
  profile: o.profile ?? "",
  names: o.names?.join("\n") ?? "",
});

/** The options that the texts mean. What is left empty is left to the service. */
export function optionsOf(t: OptionTexts): Options {
  const names = t.names.split("\n").map((n) => n.trim()).filter((n) => n !== "");
  const speakers = Number.parseInt(t.speakers, 10);
  return {
    ...(t.language.trim() && { language: t.language.trim() }),
    ...(speakers > 1 && { speakers }),
    ...(t.profile && { profile: t.profile }),
    ...(names.length > 0 && { names }),
  };
}

const profileNames: Record<string, string> = { default: "Standard", netflix: "Netflix", bbc: "BBC", ted: "TED", dcmp: "DCMP" };
/** Those that Amazon Transcribe hears and that are asked for most; any other tag can be typed. */
const suggested = ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "sv", "tr", "uk", "ar", "hi", "ja", "ko", "zh-CN"];

/** Fields for what may be asked of captions. */
export function OptionFields({ value, onChange, config }: { value: OptionTexts; onChange: (t: OptionTexts) => void; config: Config }) {
  const id = useId();
  const set = (name: keyof OptionTexts) => (event: { currentTarget: { value: string } }) => onChange({ ...value, [name]: event.currentTarget.value });
  return (
    <div class="fields">
      {config.otherLanguages && (
        <>
          <div class="field">
            <label for={`${id}l`}>Spoken language</label>
            <input id={`${id}l`} list={`${id}s`} value={value.language} onInput={set("language")} placeholder="en" autocomplete="off" aria-describedby={`${id}lh`} />
            <datalist id={`${id}s`}>
              {suggested.map((tag) => (
                <option value={tag}>{language(tag)}</option>
              ))}
            </datalist>
            <small id={`${id}lh`}>A tag such as “de”, or “und” to have it recognised. Empty: English.</small>
          </div>
          <div class="field">
            <label for={`${id}v`}>Voices to tell apart</label>
            <input id={`${id}v`} type="number" min="2" max="30" value={value.speakers} onInput={set("speakers")} aria-describedby={`${id}vh`} />
            <small id={`${id}vh`}>At most, 2 to 30. Empty: none.</small>
          </div>
        </>
      )}
      <div class="field">
        <label for={`${id}p`}>Style of the captions</label>
        <select id={`${id}p`} value={value.profile || config.profiles[0]} onChange={set("profile")}>
          {config.profiles.map((p) => (
            <option value={p}>{profileNames[p] ?? p}</option>
          ))}
        </select>
      </div>
      <div class="field wide">
        <label for={`${id}n`}>Names that are said</label>
        <textarea id={`${id}n`} rows={3} value={value.names} onInput={set("names")} aria-describedby={`${id}nh`} />
        <small id={`${id}nh`}>One a line, up to 100. They are written as you write them here.</small>
      </div>
    </div>
  );
}
