/** Where a cue stands, as a VTTCue has it. */
export type Place = Partial<Pick<VTTCue, "vertical" | "snapToLines" | "line" | "lineAlign" | "position" | "positionAlign" | "size" | "align">>;

const vertical = ["rl", "lr"] as const;
const lineAlign = ["start", "center", "end"] as const;
const positionAlign = ["line-left", "center", "line-right"] as const;
const align = ["start", "center", "end", "left", "right"] as const;

/**
 * A cue's settings, "line:10% align:start", as properties of a VTTCue (WebVTT, 6.3 "WebVTT cue settings parsing"). What is no
 * setting says nothing. Regions are left out: a track that a script makes has none in Chromium.
 */
export function placeOf(settings = ""): Place {
  const place: Place = {};
  for (const setting of settings.split(/\s+/)) {
    const at = setting.indexOf(":");
    const [name, value] = [setting.slice(0, Math.max(0, at)), setting.slice(at + 1)];
    const [first = "", second] = value.split(",");
    const percent = percentOf(first);
    if (name === "vertical") set(place, "vertical", vertical, value);
    else if (name === "align") set(place, "align", align, value);
    else if (name === "size" && second === undefined && percent !== null) place.size = percent;
    else if (name === "position" && percent !== null && (second === undefined || set(place, "positionAlign", positionAlign, second))) place.position = percent;
    else if (name === "line") {
      const line = percent ?? (/^-?\d{1,6}$/.test(first) ? Number(first) : null);
      if (line === null || (second !== undefined && !set(place, "lineAlign", lineAlign, second))) continue;
      place.line = line;
      place.snapToLines = percent === null;
    }
  }
  return place;
}

/** Sets a property to a value that it may have, or leaves it. */
function set<K extends keyof Place>(place: Place, name: K, values: readonly Place[K][], value: string): boolean {
  const known = values.find((v) => v === value);
  if (known !== undefined) place[name] = known;
  return known !== undefined;
}

/** "12.5%" as a number from 0 to 100, or null. */
function percentOf(text: string): number | null {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text)?.[1];
  return percent !== undefined && Number(percent) <= 100 ? Number(percent) : null;
}
