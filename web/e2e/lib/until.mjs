/** The longest that anything here is waited for, in milliseconds. It bounds a wait, and measures nothing. */
export const patience = 60_000;

/** Asks again and again until check answers with something true, and returns that. */
export async function until(what, check, limit = patience) {
  let last;
  for (const end = performance.now() + limit; performance.now() < end; await new Promise((r) => setTimeout(r, 50))) {
    try {
      const got = await check();
      if (got) return got;
      last = undefined;
    } catch (error) {
      last = error;
    }
  }
  throw new Error(`waited ${limit / 1000} s in vain until ${what}${last ? `: ${last.message}` : ""}`, { cause: last });
}
