// How the page says numbers, times and languages.

/** Seconds as a film's time: 1:02:03 or 2:03, with tenths where asked for. */
export function clock(seconds: number, tenths = false): string {
  const all = Math.max(0, tenths ? Math.floor(seconds * 10 + 1e-6) / 10 : Math.floor(seconds));
  const h = Math.floor(all / 3600);
  const m = Math.floor(all / 60) % 60;
  const s = Math.floor(all % 60);
  const two = (n: number) => String(n).padStart(2, "0");
  const tail = tenths ? `.${Math.floor((all * 10 + 1e-6) % 10)}` : "";
  return h > 0 ? `${h}:${two(m)}:${two(s)}${tail}` : `${m}:${two(s)}${tail}`;
}

/** Seconds as people say them: "40 s", "3 min", "2 h 5 min". */
export function duration(seconds: number): string {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const m = Math.round(s / 60);
  if (m < 60) return `${m} min`;
  return m % 60 === 0 ? `${m / 60} h` : `${Math.floor(m / 60)} h ${m % 60} min`;
}

/** Bytes, in powers of 1024. */
export function bytes(n: number): string {
  const units = ["bytes", "KB", "MB", "GB", "TB"];
  let i = 0;
  for (; n >= 1000 && i < units.length - 1; i++) n /= 1024;
  return `${i === 0 || n >= 100 ? Math.round(n) : n.toFixed(1)} ${units[i]}`;
}

export const when = (time: string) =>
  new Date(time).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

/** A language's name: "English" for en, the tag itself where the browser has none. */
export function language(tag: string): string {
  if (tag === "" || tag === "und") return "Unknown language";
  try {
    return new Intl.DisplayNames([navigator.language, "en"], { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag; // not a tag of BCP 47
  }
}

/** A track's language for an element's lang, by the track's name: en of en-x-edited, nothing where it is not known. */
export const langOf = (track: string | undefined) => (track === undefined || track === "und" ? undefined : track.split("-x-")[0]);

/** What a track is called: "English, automatic", or for a person's own "English, edited". */
export function trackLabel(track: { name: string; language: string; kind: string }): string {
  const own = track.name.split("-x-")[1];
  return `${language(track.language)}, ${track.kind === "machine" || own === undefined ? "automatic" : own}`;
}

export const count = (n: number, one: string, many = `${one}s`) => `${n.toLocaleString()} ${n === 1 ? one : many}`;
