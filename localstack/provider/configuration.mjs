// What oidc-provider is told: as much like the user pool of infra/cuepipe/users.go as it can be.
import { randomBytes } from "node:crypto";

import { failed, loggedOut, logOut } from "./pages.mjs";
import { account } from "./users.mjs";

const HOUR = 3600; // seconds

// COMMAND_LINE are the addresses that `cuepipe login` listens at.
export const COMMAND_LINE = ["http://localhost:8976/callback", "http://127.0.0.1:8976/callback"];

// configuration is oidc-provider's, for a private RSA key as a JWK, the port that the provider answers at, and the addresses
// of the pages that people log in to.
export function configuration(key, port, pages) {
  const origins = pages.map((page) => new URL(page).origin);
  return {
    clients: [
      {
        client_id: "cuepipe",
        client_name: "Cuepipe",
        token_endpoint_auth_method: "none", // a page and a command line keep no secret
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        redirect_uris: [...pages, ...COMMAND_LINE],
        post_logout_redirect_uris: pages,
      },
    ],
    // Without a kid it gets the key's thumbprint (RFC 7638), which is what bin/issuer writes into the tokens that it signs.
    jwks: { keys: [{ ...key, alg: "RS256", use: "sig" }] },
    routes: { jwks: "/jwks.json" },
    responseTypes: ["code"],
    pkce: { required: () => true }, // S256; the library has no other method
    scopes: ["openid", "email", "profile"],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false, // the ID token itself has email and name, as Cognito's
    findAccount: (_, subject) => account(subject),
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true, logoutSource: logOut, postLogoutSuccessSource: loggedOut },
    },
    renderError: failed,
    interactions: { url: (_, interaction) => `/login/${interaction.uid}` },
    clientBasedCORS: (_, origin) => origins.includes(origin),
    // The scopes are the client's own: nobody is asked whether Cuepipe may know who they are. Each log-in is a grant of its
    // own, so that the command line's logout leaves the page logged in.
    async loadExistingGrant(ctx) {
      const { client, session, provider } = ctx.oidc;
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
    // As Cognito: a refresh token without asking for a scope, and it outlives the browser's session.
    issueRefreshToken: async (_, client) => client.grantTypeAllowed("refresh_token"),
    expiresWithSession: async () => false,
    rotateRefreshToken: true,
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: 60,
      IdToken: HOUR,
      Interaction: HOUR,
      Session: 24 * HOUR,
      Grant: 30 * 24 * HOUR,
      RefreshToken: 30 * 24 * HOUR,
    },
    cookies: {
      keys: [randomBytes(32).toString("base64url")], // sessions are in memory, and end with this program
      // Cookies know no port: two stages on one machine would take each other's.
      names: { session: `session_${port}`, interaction: `login_${port}`, resume: `resume_${port}` },
    },
  };
}
