// Which view an address's fragment means.

export type Route = { view: "list" } | { view: "watch"; id: string; at?: number };

/** Reads a fragment, which may be anyone's: what is no view is the list, what is no time of a film is none. */
export function readAddress(fragment: string): Route {
  const [, id, query] = /^#\/videos\/([a-z2-7]{26})(?:\?(.*))?$/.exec(fragment) ?? [];
  if (!id) return { view: "list" };
  const at = /^t=(\d{1,6}(?:\.\d{1,3})?)$/.exec(query ?? "")?.[1];
  return { view: "watch", id, ...(at !== undefined && { at: Number(at) }) };
}
