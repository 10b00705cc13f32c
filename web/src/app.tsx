import type { FunctionComponent } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Api, readConfig } from "./api/client";
import { textOf } from "./api/problem";
import type { Config } from "./api/types";
import { Library } from "./list/library";
import { ListView } from "./list/view";
import { Login } from "./login/login";
import { Dialog } from "./ui/dialog";
import { useCell } from "./ui/cell";
import { leaveOnPurpose } from "./ui/leaving";
import { listLink, readAgain, route } from "./ui/route";
import { lazyUploads, type Service } from "./ui/service";
import { ErrorNote, Heading } from "./ui/texts";
import type { WatchProps } from "./watch/view";

/** The API is where the page is. */
const base = document.baseURI;

/** The whole page: what the service says of itself, then the log-in, then the views. */
export function App() {
  const [started, setStarted] = useState<{ config: Config; login: Login }>();
  const [error, setError] = useState<string>();
  const start = () => {
    setError(undefined);
    readConfig(base)
      .then(async (config) => {
        const login = new Login(config);
        setStarted({ config, login });
        await login.start();
        readAgain();
      })
      .catch((e: unknown) => setError(textOf(e)));
  };
  useEffect(start, []);
  if (error) {
    return (
      <main class="narrow">
        <Heading>Cuepipe</Heading>
        <ErrorNote text={error} onRetry={start} />
      </main>
    );
  }
  return started ? <Door {...started} /> : <p class="unseen">Loading…</p>;
}

function Door({ config, login }: { config: Config; login: Login }) {
  const state = useCell(login.state);
  const service = useRef<Service>();
  if (state.kind === "starting") return <p class="unseen">Loading…</p>;
  if (state.kind === "out") service.current = undefined; // what was loaded is of whoever was logged in
  if (state.kind === "out") return <Welcome error={state.error} onLogin={() => login.begin()} />;
  if (!service.current) {
    const api = new Api(base, login);
    const library = new Library(api);
    service.current = { api, config, library, uploads: lazyUploads(api, library, config) };
  }
  return <Inside service={service.current} login={login} name={state.name} ended={state.kind === "ended"} />;
}

function Welcome({ error, onLogin }: { error?: string; onLogin: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  return (
    <main class="welcome">
      <Logo />
      <Heading focused={false}>Every video gets its captions</Heading>
      <p class="lead">Drop a film. Read along while it is still being captioned, correct what was misheard, and take the captions with you in every format.</p>
      {error && <ErrorNote text={error} />}
      <button type="button" class="button primary large" disabled={busy} onClick={() => (setBusy(true), void onLogin().finally(() => setBusy(false)))}>
        Log in
      </button>
    </main>
  );
}

const Logo = () => (
  <svg class="logo" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <rect width="32" height="32" rx="8" class="logo-box" />
    <rect x="6" y="12" width="20" height="4" rx="2" class="logo-line" />
    <rect x="10" y="19" width="12" height="4" rx="2" class="logo-line second" />
  </svg>
);

function Inside({ service, login, name, ended }: { service: Service; login: Login; name: string; ended: boolean }) {
  const where = useCell(route);
  const news = useCell(service.library.news);
  const logIn = () => {
    leaveOnPurpose();
    void login.begin();
  };
  const first = useRef(true);
  useEffect(() => void (first.current = false), [where.view]);
  return (
    <>
      <header class="bar">
        <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.querySelector<HTMLElement>("main h1")?.focus())}>
          Skip to the content
        </a>
        <a class="brand" href={listLink}>
          <Logo />
          Cuepipe
        </a>
        <span class="who">{name}</span>
        <button type="button" class="button quiet-button" onClick={() => void login.end()}>
          Log out
        </button>
      </header>
      <main id="main" tabIndex={-1} class={where.view}>
        {where.view === "list" ? (
          <ListView service={service} focused={!first.current} />
        ) : (
          <Watch key={where.id} id={where.id} at={where.at} service={service} />
        )}
      </main>
      <p class="unseen" role="status" aria-live="polite">
        {news}
      </p>
      {ended && (
        <Dialog title="Your log-in has ended" onClose={logIn}>
          <p>Log in again to go on. What you typed is kept on this device; an upload goes on when you choose its file again.</p>
          <div class="actions end">
            <button type="button" class="button primary" onClick={logIn}>
              Log in again
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** The view of one video, with the player and the editor, is loaded when it is needed. */
function Watch(props: WatchProps) {
  const [view, setView] = useState<{ Component: FunctionComponent<WatchProps> }>();
  const [failed, setFailed] = useState(false);
  const load = () => {
    setFailed(false);
    import("./watch/view").then((m) => setView({ Component: m.WatchView })).catch(() => setFailed(true));
  };
  useEffect(load, []);
  if (failed) return <ErrorNote text="A part of the page could not be loaded. Check the connection, then try again." onRetry={load} />;
  return view ? <view.Component {...props} /> : <p class="quiet">Loading…</p>;
}
