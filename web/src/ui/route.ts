import { readAddress, type Route } from "./address";
import { Cell } from "./cell";

// Which view is shown is in the address's fragment, which is never sent anywhere. It has no words that were searched for.

const read = () => readAddress(location.hash);

export const route = new Cell<Route>(read());
addEventListener("hashchange", () => (route.value = read()));
/** After a log-in the fragment comes back without an event. */
export const readAgain = () => (route.value = read());

export const linkTo = (id: string, at?: number) => `#/videos/${id}${at ? `?t=${at.toFixed(1)}` : ""}`;
export const listLink = "#/";
