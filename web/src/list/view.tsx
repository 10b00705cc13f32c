import { useEffect } from "preact/hooks";
import { SearchAll } from "../search/all";
import { UploadPanel } from "../upload/panel";
import { useCell } from "../ui/cell";
import type { Service } from "../ui/service";
import { ErrorNote, Heading } from "../ui/texts";
import { Row } from "./row";

/** The first page after the log-in: upload, search, and the videos. */
export function ListView({ service, focused }: { service: Service; focused: boolean }) {
  const { library } = service;
  const shelf = useCell(library.shelf);
  useEffect(() => void library.load(), [library]);
  const empty = shelf.videos.length === 0;
  return (
    <>
      <Heading focused={focused}>Videos</Heading>
      <UploadPanel service={service} />
      <SearchAll service={service}>
        <section aria-label="Your videos">
          {shelf.error && empty && <ErrorNote text={shelf.error} onRetry={() => void library.load()} />}
          {shelf.loading && empty && <p class="quiet">Loading your videos…</p>}
          {!shelf.loading && !shelf.error && empty && (
            <div class="empty">
              <p>
                <strong>No videos yet</strong>
              </p>
              <p class="quiet">Drop one above. Its captions begin to appear while the rest is still in work.</p>
            </div>
          )}
          {!empty && (
            <ul class="rows">
              {shelf.videos.map((v) => (
                <Row key={v.id} video={v} service={service} />
              ))}
            </ul>
          )}
          {shelf.error && !empty && <ErrorNote text={shelf.error} onRetry={() => void library.load(shelf.next !== undefined)} />}
          {shelf.next !== undefined && (
            <p class="center">
              <button type="button" class="button" disabled={shelf.loading} onClick={() => void library.load(true)}>
                Show more videos
              </button>
            </p>
          )}
        </section>
      </SearchAll>
    </>
  );
}
