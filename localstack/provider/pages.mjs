// What people see of the provider. Plain HTML and one style sheet, no script but the one that ends a log-out.

// send answers with a page. Forms on it may lead to this provider and to targets, a list of origins.
export function send(response, status, page, targets = "") {
  response.writeHead(status, { "Content-Type": "text/html; charset=utf-8", ...headers(targets) }).end(page);
}

function headers(targets) {
  return {
    "Content-Security-Policy": `default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self' ${targets}; base-uri 'none'; frame-ancestors 'none'`,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
  };
}

// form asks who somebody is; wrong says that the last answer was not right.
export function form({ action, name, wrong = false }) {
  const hint = wrong ? ' aria-invalid="true" aria-describedby="wrong"' : "";
  return page(
    "Log in to Cuepipe",
    `<form method="post" action="${action}">
      ${wrong ? '<p id="wrong" class="wrong" role="alert">That is not a name and password that go together. Try again.</p>' : ""}
      <label for="name">Name</label>
      <input id="name" name="name" value="${safe(name)}" autocomplete="username" autocapitalize="none" spellcheck="false" required${hint}${name ? "" : " autofocus"}>
      <label for="password">Password</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required${hint}${name ? " autofocus" : ""}>
      <button type="submit">Log in</button>
      <button type="submit" name="cancel" value="yes" class="quiet" formnovalidate>Cancel</button>
    </form>
    <p class="note">This is the log-in of a Cuepipe on one machine. Its two users and their passwords are in docs/login.md.</p>`,
  );
}

// message tells something that there is nothing to do about here.
export function message(title, text) {
  return page(title, `<p role="alert">${safe(text)}</p>`);
}

// logOut asks before it ends the session, unless a client sent the person with an address of its own to come back to: then
// they have said so there.
export function logOut(ctx, form) {
  const { client, params } = ctx.oidc;
  ctx.set(headers(client ? client.postLogoutRedirectUris.map((uri) => new URL(uri).origin).join(" ") : ""));
  ctx.body = page(
    "Log out of Cuepipe?",
    `${form}
    <button type="submit" form="op.logoutForm" name="logout" value="yes" id="yes" autofocus>Log out</button>
    <button type="submit" form="op.logoutForm" class="quiet">Stay logged in</button>
    ${client && params.post_logout_redirect_uri ? '<script src="/logout.js" defer></script>' : ""}`,
  );
}

export function loggedOut(ctx) {
  ctx.set(headers(""));
  ctx.body = page("You are logged out", "<p>You can close this page.</p>");
}

// failed says why a request was refused that did not come with an address to answer to.
export function failed(ctx, out) {
  ctx.type = "html";
  ctx.set(headers(""));
  ctx.body = message("This log-in does not work", `${out.error_description ?? out.error}. Go back to Cuepipe and log in from there.`);
}

function page(title, content) {
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>${title}</title>
  <link rel="stylesheet" href="/style.css">
</head>
<body>
  <main>
    <h1>${title}</h1>
    ${content}
  </main>
</body>
</html>
`;
}

function safe(text) {
  return String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
