/**
 * One person's way through the whole core API of an official client. The same story is told in Node and in a page, by
 * each flavour of the client, to a real Better Auth and to ours, with the same expectations.
 */
import { data, holds, refused, same } from "./check.mjs";

/**
 * @typedef {{
 *   client: any,
 *   email: string,
 *   shows: (text: string) => Promise<void>,
 *   letter: (address: string) => Promise<string>,
 *   device: {signIn: (email: string, password: string) => Promise<void>, isSignedIn: () => Promise<boolean>},
 *   step: (title: string) => void,
 * }} Stage
 * `shows` waits until the session as the client's store (or what is rendered from it) tells it reads `signed out` or
 * `signed in as NAME <EMAIL>`; `letter` answers the link in the next letter; `device` is another browser of the same person.
 *
 * @param {Stage} stage
 */
export async function tell(stage) {
  const { client, email, shows, step } = stage;
  const password = "first-password";

  step("nobody is signed in");
  await shows("signed out");
  same(data(await client.getSession(), "getSession"), null, "getSession of nobody");
  refused(await client.listSessions(), 401, "UNAUTHORIZED", "listSessions of nobody");

  step("sign-up");
  refused(await client.signUp.email({ name: "A", email: "nobody", password }), 400, "VALIDATION_ERROR", "an address that is none");
  refused(await client.signUp.email({ name: "A", email, password: "short" }), 400, "PASSWORD_TOO_SHORT", "a short password");
  const signedUp = data(await client.signUp.email({ name: "Alice", email, password }), "signUp");
  same([signedUp.user.email, signedUp.user.name, signedUp.user.emailVerified, signedUp.user.image], [email, "Alice", false, null], "the new user");
  holds(typeof signedUp.token === "string" && signedUp.token.length >= 16, "a sign-up answers a token");
  holds(signedUp.user.createdAt instanceof Date, "times come as Date");
  await shows(`signed in as Alice <${email}>`);
  refused(await client.signUp.email({ name: "B", email, password }), 422, "USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL", "a second sign-up");

  step("the session");
  const session = data(await client.getSession(), "getSession");
  same([session.user.id, session.session.userId], [signedUp.user.id, signedUp.user.id], "whose session it is");
  holds(session.session.expiresAt.getTime() > Date.now() + 6 * 86_400_000, "a session lasts a week");
  same(session.session.token, signedUp.token, "the token that the sign-up answered names the session");
  same(data(await client.getSession({ query: { disableCookieCache: true } }), "getSession").session.id, session.session.id, "without the cookie cache");

  step("profile");
  data(await client.updateUser({ name: "Alice B", image: "https://example.com/a.png" }), "updateUser");
  await shows(`signed in as Alice B <${email}>`);
  refused(await client.updateUser({ unknown: "x" }), 400, undefined, "an update of nothing known");
  refused(await client.updateUser({ email: "other@example.com" }), 400, "EMAIL_CAN_NOT_BE_UPDATED", "an update of the address");
  refused(await client.updateSession({ theme: "dark" }), 400, undefined, "an update of the session without fields");

  await sessions(stage, password);
  const changed = await passwords(stage, password);
  const address = await mail(stage, changed);
  await accounts(stage);

  step("sign-out and sign-in");
  same(data(await client.signOut(), "signOut"), { success: true }, "signOut");
  await shows("signed out");
  same(data(await client.getSession(), "getSession"), null, "getSession after the sign-out");
  refused(await client.signIn.email({ email: address, password }), 401, "INVALID_EMAIL_OR_PASSWORD", "a password of long ago");
  refused(await client.signIn.email({ email: "nobody@example.com", password }), 401, "INVALID_EMAIL_OR_PASSWORD", "an unknown address");
  const signedIn = data(await client.signIn.email({ email: address, password: "third-password", rememberMe: false }), "signIn");
  same([signedIn.redirect, signedIn.user.email], [false, address], "signIn");
  await shows(`signed in as Alice B <${address}>`);
  const brief = data(await client.getSession(), "getSession");
  holds(brief.session.expiresAt.getTime() < Date.now() + 86_400_000 + 60_000, "a session that is not remembered lasts a day");

  step("deletion");
  refused(await client.deleteUser({ password: "wrong-password" }), 400, "INVALID_PASSWORD", "deletion with a wrong password");
  same(data(await client.deleteUser({ password: "third-password" }), "deleteUser"), { success: true, message: "User deleted" }, "deleteUser");
  await shows("signed out");
  refused(await client.signIn.email({ email: address, password: "third-password" }), 401, "INVALID_EMAIL_OR_PASSWORD", "sign-in after the deletion");
}

async function sessions({ client, email, device, step }, password) {
  step("sessions on several devices");
  await device.signIn(email, password);
  const listed = data(await client.listSessions(), "listSessions");
  same(listed.length, 2, "how many sessions");
  const own = data(await client.getSession(), "getSession").session;
  const other = listed.find(({ id }) => id !== own.id);
  data(await client.revokeSession({ token: other.token }), "revokeSession");
  same(await device.isSignedIn(), false, "the other device after revokeSession");
  same(data(await client.listSessions(), "listSessions").map(({ id }) => id), [own.id], "the sessions left");
  same(data(await client.revokeSession({ token: "unknown" }), "revokeSession"), { status: true }, "revokeSession of nothing");

  await device.signIn(email, password);
  same(data(await client.revokeOtherSessions(), "revokeOtherSessions"), { status: true }, "revokeOtherSessions");
  same(await device.isSignedIn(), false, "the other device after revokeOtherSessions");
  holds(data(await client.getSession(), "getSession"), "this device after revokeOtherSessions");
}

async function passwords({ client, email, shows, letter, device, step }, password) {
  step("change of password");
  refused(await client.changePassword({ currentPassword: "wrong-password", newPassword: "second-password" }), 400, "INVALID_PASSWORD", "a wrong password");
  refused(await client.changePassword({ currentPassword: password, newPassword: "short" }), 400, "PASSWORD_TOO_SHORT", "a short password");
  await device.signIn(email, password);
  const changed = data(await client.changePassword({ currentPassword: password, newPassword: "second-password", revokeOtherSessions: true }), "changePassword");
  holds(typeof changed.token === "string", "a change that ends the other sessions answers a token");
  same(await device.isSignedIn(), false, "the other device after changePassword");
  same(data(await client.getSession(), "getSession").session.token, changed.token, "the session after changePassword");
  refused(await client.verifyPassword({ password }), 400, "INVALID_PASSWORD", "verifyPassword, the old one");
  same(data(await client.verifyPassword({ password: "second-password" }), "verifyPassword"), { status: true }, "verifyPassword");

  step("reset of a forgotten password");
  same(data(await client.requestPasswordReset({ email, redirectTo: "/reset" }), "requestPasswordReset").status, true, "requestPasswordReset");
  const token = new URL(await letter(email)).pathname.split("/").at(-1);
  refused(await client.resetPassword({ newPassword: "short", token }), 400, "PASSWORD_TOO_SHORT", "a short password");
  refused(await client.resetPassword({ newPassword: "third-password", token: "unknown" }), 400, "INVALID_TOKEN", "an unknown token");
  same(data(await client.resetPassword({ newPassword: "third-password", token }), "resetPassword"), { status: true }, "resetPassword");
  refused(await client.resetPassword({ newPassword: "fourth-password", token }), 400, "INVALID_TOKEN", "a token used before");

  step("the end of all sessions");
  data(await client.signIn.email({ email, password: "third-password" }), "signIn");
  same(data(await client.revokeSessions(), "revokeSessions"), { status: true }, "revokeSessions");
  await shows("signed out");
  data(await client.signIn.email({ email, password: "third-password" }), "signIn");
  await shows(`signed in as Alice B <${email}>`);
  return email;
}

async function mail({ client, shows, letter, step }, email) {
  step("verification of the address");
  refused(await client.sendVerificationEmail({ email: "other@example.com" }), 400, "EMAIL_MISMATCH", "verification of another's address");
  same(data(await client.sendVerificationEmail({ email, callbackURL: "/verified" }), "sendVerificationEmail"), { status: true }, "sendVerificationEmail");
  const token = new URL(await letter(email)).searchParams.get("token");
  refused(await client.verifyEmail({ query: { token: "bad" } }), 401, "INVALID_TOKEN", "a bad token");
  same(data(await client.verifyEmail({ query: { token } }), "verifyEmail"), { status: true, user: null }, "verifyEmail");
  same(data(await client.getSession({ query: { disableCookieCache: true } }), "getSession").user.emailVerified, true, "emailVerified");
  refused(await client.sendVerificationEmail({ email }), 400, "EMAIL_ALREADY_VERIFIED", "a second verification");

  step("change of the address");
  const address = `new-${email}`;
  refused(await client.changeEmail({ newEmail: email }), 400, undefined, "the same address");
  same(data(await client.changeEmail({ newEmail: address }), "changeEmail"), { status: true }, "changeEmail");
  const confirmation = new URL(await letter(email)).searchParams.get("token");
  same(data(await client.verifyEmail({ query: { token: confirmation } }), "verifyEmail").status, true, "the old address agrees");
  const second = new URL(await letter(address)).searchParams.get("token");
  const verified = data(await client.verifyEmail({ query: { token: second } }), "verifyEmail");
  same([verified.status, verified.user.email], [true, address], "verifyEmail of a change");
  await shows(`signed in as Alice B <${address}>`);
  return address;
}

async function accounts({ client, step }) {
  step("accounts and providers");
  const [account, ...more] = data(await client.listAccounts(), "listAccounts");
  same([account.providerId, more.length], ["credential", 0], "listAccounts");
  refused(await client.unlinkAccount({ accountId: account.id }), 400, "FAILED_TO_UNLINK_LAST_ACCOUNT", "the last account");
  refused(await client.signIn.social({ provider: "github" }), 404, "PROVIDER_NOT_FOUND", "a provider that is not set up");
  same(data(await client.ok(), "ok"), { ok: true }, "ok");
  refused(await client.nothing.like.that(), 404, undefined, "an unknown route");
}
