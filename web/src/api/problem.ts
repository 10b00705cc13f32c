/** A Problem is an error that a person is told: its message says what to do. The code is the API's, or `unreachable`. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    detail: string,
    readonly status = 0,
    /** The ETag of what is there now, where the answer has one. */
    readonly etag?: string,
  ) {
    super(detail);
    this.name = "Problem";
  }
}

/** An answer's ETag, without the W/ that a server on the way may put there: If-Match would not know it again. */
export const etagOf = (response: Response) => response.headers.get("ETag")?.replace(/^W\//, "") ?? null;

/** Reads an answer that is an error, which the gateway may have made and not the service. */
export async function problemOf(response: Response): Promise<Problem> {
  const etag = etagOf(response) ?? undefined;
  if (response.headers.get("Content-Type")?.startsWith("application/problem+json")) {
    const body = (await response.json().catch(() => ({}))) as { code?: unknown; detail?: unknown };
    if (typeof body.code === "string" && typeof body.detail === "string") return new Problem(body.code, body.detail, response.status, etag);
  }
  return new Problem("gateway", `The service could not answer (HTTP ${response.status}). Try again in a moment.`, response.status, etag);
}

export const unreachable = () => new Problem("unreachable", "The service cannot be reached. Check the connection, then try again.");

/** What to show a person for anything that was thrown. */
export function textOf(error: unknown): string {
  return error instanceof Problem ? error.message : "Something went wrong on this page. Reload it and try again.";
}

export const isAbort = (error: unknown) => error instanceof DOMException && error.name === "AbortError";
export const hasCode = (error: unknown, ...codes: string[]) => error instanceof Problem && codes.includes(error.code);
