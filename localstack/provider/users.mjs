// Who may log in on this machine. A subject is what `make token USER_NAME=…` puts into its tokens, too.
import { createHash, timingSafeEqual } from "node:crypto";

const USERS = new Map([
  ["alice", { name: "Alice Liddell", password: "down-the-rabbit-hole" }],
  ["bob", { name: "Bob Cratchit", password: "another-lump-of-coal" }],
]);

// check returns the subject whose name and password these are, or undefined.
export function check(name, password) {
  const user = USERS.get(name);
  const digest = (text) => createHash("sha256").update(text).digest();
  const same = timingSafeEqual(digest(password), digest(user?.password ?? ""));
  return user && same ? name : undefined;
}

// account is what oidc-provider asks for: a subject and what its tokens say of it, or undefined.
export function account(subject) {
  const user = USERS.get(subject);
  if (!user) return undefined;
  return {
    accountId: subject,
    claims: () => ({ sub: subject, email: `${subject}@example.com`, email_verified: true, name: user.name }),
  };
}
