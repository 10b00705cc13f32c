import { Cell } from "./cell";

// Which view is shown is in the address's fragment, which is never sent anywhere. It has no words that were searched for.

export type Route = { view: "list" } | { view: "watch"; id: string; at?: number };

function read(): Route {
  const [, id, at] = /^#\/videos\/([a-z2-7]{26})(?:\?t=([\d.]+))?$/.exec(location.hash) ?? [];
  return id ? { view: "watch", id, ...(at !== undefined && { at: Number(at) }) } : { view: "list" };
}

export const route = new Cell<Route>(read());
addEventListener("hashchange", () => (route.value = read()));
/** After a log-in the fragment comes back without an event. */
export const readAgain = () => (route.value = read());

export const linkTo = (id: string, at?: number) => `#/videos/${id}${at ? `?t=${at.toFixed(1)}` : ""}`;
export const listLink = "#/";
