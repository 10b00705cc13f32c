import { ErrorResponse, InMemoryWebStorage, UserManager, WebStorageStateStore, type User } from "oidc-client-ts";
import type { Tokens } from "../api/client";
import { unreachable } from "../api/problem";
import type { Config } from "../api/types";
import { Cell } from "../ui/cell";

export type LoginState =
  | { kind: "starting" }
  | { kind: "out"; error?: string }
  | { kind: "in"; name: string }
  /** Was logged in and is no more; what the person was doing is still on the page. */
  | { kind: "ended"; name: string };

/** Seconds before its end at which a token is renewed. */
const early = 60;
/** Set while this tab's session was logged in, so that a reload goes to the provider at once. No token is kept. */
const remembered = "cuepipe.logged-in";

/**
 * A Login gets ID tokens from the provider that the service names: Authorization Code with PKCE, tokens in memory only. What a
 * redirect has to remember, its state and verifier, is in sessionStorage until it comes back.
 */
export class Login implements Tokens {
  readonly state = new Cell<LoginState>({ kind: "starting" });
  private readonly manager: UserManager;
  private readonly page = location.origin + location.pathname;
  private user: User | null = null;
  /** Of the ID token, by this machine's clock, which may be wrong: so from the token's life and when it came. */
  private expires = 0;
  private renewing: Promise<string | null> | null = null;

  constructor(config: Config) {
    this.manager = new UserManager({
      authority: config.issuer,
      client_id: config.clientId,
      scope: config.scopes.join(" "),
      response_type: "code",
      redirect_uri: this.page,
      post_logout_redirect_uri: this.page,
      userStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
      stateStore: new WebStorageStateStore({ store: sessionStorage }),
      automaticSilentRenew: false,
      monitorSession: false,
      loadUserInfo: false,
    });
  }

  /** Finishes a log-in that comes back from the provider, or begins one where this session was logged in. */
  async start(): Promise<void> {
    const query = new URLSearchParams(location.search);
    if (query.has("state") && (query.has("code") || query.has("error"))) {
      try {
        const user = await this.manager.signinRedirectCallback();
        // The code is of no use any more, and the address is what a person copies.
        history.replaceState(null, "", this.page + (typeof user.state === "string" ? user.state : ""));
        this.take(user);
      } catch {
        history.replaceState(null, "", this.page);
        sessionStorage.removeItem(remembered);
        this.state.value = { kind: "out", error: "The log-in did not succeed. Try again." };
      }
    } else if (sessionStorage.getItem(remembered)) {
      await this.begin();
    } else {
      if (query.size > 0) history.replaceState(null, "", this.page + location.hash);
      this.state.value = { kind: "out" };
    }
  }

  /** Goes to the provider, and comes back to the same view. */
  async begin(): Promise<void> {
    try {
      await this.manager.signinRedirect({ state: location.hash });
    } catch {
      sessionStorage.removeItem(remembered);
      this.state.value = { kind: "out", error: "The log-in service cannot be reached. Check the connection, then try again." };
    }
  }

  /** Forgets the tokens here and ends the session there. */
  async end(): Promise<void> {
    sessionStorage.removeItem(remembered);
    await this.manager.revokeTokens(["refresh_token"]).catch(() => {}); // it ends by itself, later
    // Without a user the provider is told the client and not the token: tokens are never in addresses.
    await this.manager.removeUser();
    this.user = null;
    try {
      await this.manager.signoutRedirect({ extraQueryParams: { logout_uri: this.page } }); // as Amazon Cognito calls it
    } catch {
      this.state.value = { kind: "out" }; // the provider has no session to end
    }
  }

  async current(): Promise<string | null> {
    if (this.user?.id_token && performance.now() < this.expires - early * 1000) return this.user.id_token;
    return this.renewed();
  }

  renewed(): Promise<string | null> {
    this.renewing ??= this.renew().finally(() => (this.renewing = null));
    return this.renewing;
  }

  private async renew(): Promise<string | null> {
    // Without a refresh token the library would open a frame, which the page's policy forbids.
    if (!this.user?.refresh_token) return null;
    try {
      const user = await this.manager.signinSilent();
      if (!user?.id_token) return null;
      this.take(user);
      return user.id_token;
    } catch (error) {
      if (error instanceof ErrorResponse) return null; // the provider says no: the session is over
      throw unreachable();
    }
  }

  lost(): void {
    const state = this.state.value;
    if (state.kind === "in") this.state.value = { kind: "ended", name: state.name };
  }

  private take(user: User): void {
    this.user = user;
    const { exp, iat, name, email, sub, preferred_username: short } = user.profile;
    this.expires = performance.now() + (exp - iat) * 1000;
    sessionStorage.setItem(remembered, "1");
    const text = [name, email, short, sub].find((t): t is string => typeof t === "string" && t !== "") ?? "";
    this.state.value = { kind: "in", name: text };
  }
}
