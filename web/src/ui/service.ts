import type { Api } from "../api/client";
import { unreachable } from "../api/problem";
import type { Config } from "../api/types";
import type { Library } from "../list/library";
import type { Uploads } from "../upload/uploads";

/** A Service is what the views of somebody who is logged in work with. */
export interface Service {
  api: Api;
  config: Config;
  library: Library;
  /** What sends files; it is loaded when it is needed first. */
  uploads(): Promise<Uploads>;
}

export function lazyUploads(api: Api, library: Library, config: Config): () => Promise<Uploads> {
  let loading: Promise<Uploads> | undefined;
  return () => (loading ??= import("../upload/uploads").then(({ Uploads }) => new Uploads(api, library, config)).catch(() => {
    loading = undefined;
    throw unreachable(); // of the page's own parts
  }));
}
