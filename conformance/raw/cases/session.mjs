import { cleared, UNAUTHORIZED, untouched } from "../../lib/expected.mjs";
import { sign } from "../../lib/cookies.mjs";
import { keep, scenario } from "../../lib/scenario.mjs";

/** A session token that no server has given out. */
const UNKNOWN = "UnknownUnknownUnknownUnknown0000";

const PROTECTED = [
  ["GET", "/list-sessions"], ["GET", "/list-accounts"], ["POST", "/revoke-session", { token: "x" }], ["POST", "/revoke-sessions", {}],
  ["POST", "/revoke-other-sessions", {}], ["POST", "/update-user", { name: "x" }], ["POST", "/update-session", { theme: "x" }],
  ["POST", "/change-password", { currentPassword: "password123", newPassword: "password124" }], ["POST", "/verify-password", { password: "x" }],
  ["POST", "/change-email", { newEmail: "new@example.com" }], ["POST", "/delete-user", {}], ["POST", "/unlink-account", { accountId: "x" }],
  ["POST", "/link-social", { provider: "github" }],
];

scenario("without a session nothing protected answers", async (run) => {
  const anyone = run.browser();
  await anyone.get("/get-session");
  for (const [method, path, json] of PROTECTED) await anyone.send({ method, path, json });
  await anyone.get("/delete-user/callback?token=x");
});

scenario("a well-signed token of no session clears the browser", async (run) => {
  const anyone = run.browser();
  const cookie = `better-auth.session_token=${encodeURIComponent(sign(UNKNOWN))}`;
  await anyone.get("/get-session", { cookie });
  for (const [method, path, json] of PROTECTED) await anyone.send({ method, path, json, cookie });
  await anyone.post("/sign-out", {}, { cookie });
});

scenario("what counts as a signed cookie", async (run) => {
  await run.browser().signUp();
  const alice = run.browser();
  // A signature in which base64 and base64url differ.
  const signIn = { method: "POST", path: "/sign-in/email", json: { email: run.email(), password: "password123" }, cookie: null };
  await alice.sendUntil(signIn, () => /%2F|%2B/.test(alice.cookie("session_token") ?? ""));
  const encoded = alice.cookie("session_token");
  const plain = decodeURIComponent(encoded);
  const [token, signature] = [plain.slice(0, plain.lastIndexOf(".")), plain.slice(plain.lastIndexOf(".") + 1)];
  const name = "better-auth.session_token";
  const gone = keep("D-08", { cookies: cleared(run) });
  // Each in a browser of its own: what one answer clears (D-08) must not be missing in the next request.
  const ask = (note, cookie, kept) => alice.copy().get("/get-session", { note, cookie, kept });
  await ask("as it was set", `${name}=${encoded}`);
  await ask("not percent-encoded", `${name}=${plain}`);
  await ask("in quotes", `${name}="${encoded}"`);
  await ask("in quotes, not encoded", `${name}="${plain}"`);
  await ask("encoded beyond need", `${name}=${[...plain].map((c) => `%${c.charCodeAt(0).toString(16)}`).join("")}`);
  await ask("blanks around", `  ${name}  =  ${encoded}  `);
  await ask("among others", `a=b; ${name}=${encoded}; c=d`);
  await ask("no blanks between", `a=b;${name}=${encoded};c=d`);
  await ask("twice, the right one first", `${name}=${encoded}; ${name}=wrong`);
  await ask("twice, the wrong one first", `${name}=wrong; ${name}=${encoded}`, gone);
  await ask("an empty one first", `${name}=; ${name}=${encoded}`);
  await ask("empty", `${name}=`);
  await ask("no value", name);
  await ask("no signature", `${name}=${token}`, gone);
  await ask("an empty signature", `${name}=${token}.`, gone);
  await ask("no token", `${name}=.${encodeURIComponent(signature)}`, gone);
  await ask("a signature without its padding", `${name}=${token}.${encodeURIComponent(signature.replace(/=+$/, ""))}`, gone);
  await ask("a signature in base64url", `${name}=${token}.${encodeURIComponent(base64url(signature))}`, gone);
  await ask("a signature by another secret", `${name}=${encodeURIComponent(sign(token, "another secret, which nobody here has"))}`, gone);
  await ask("another letter in the token", `${name}=${encodeURIComponent(`${flip(token)}.${signature}`)}`, gone);
  await ask("the token in lower case", `${name}=${encodeURIComponent(`${token.toLowerCase()}.${signature}`)}`, gone);
  await ask("a dot more", `${name}=${encodeURIComponent(`${token}..${signature}`)}`, gone);
  await ask("a signature and a bit", `${name}=${encodeURIComponent(`${plain}x`)}`, gone);
  // What cannot be decoded is no cookie of ours, and is left alone.
  await ask("broken percent-encoding", `${name}=${encoded}%`);
  await ask("percent-encoded non-UTF-8", `${name}=%ff%fe.${encodeURIComponent(signature)}`);
  await ask("the name in other case", `Better-Auth.Session_Token=${encoded}`);
  await ask("the name of secure cookies", `__Secure-${name}=${encoded}`);
  await ask("the old spelling of the name", `better-auth-session_token=${encoded}`);
  await ask("very long", `${name}=${"x".repeat(6_000)}`, gone);
  await alice.get("/get-session");
});

const base64url = (signature) => signature.replaceAll("+", "-").replaceAll("/", "_");
const flip = (token) => (token.startsWith("A") ? "B" : "A") + token.slice(1);

scenario("a tampered cookie opens nothing", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const cookie = `better-auth.session_token=${alice.cookie("session_token").slice(0, 32)}.${encodeURIComponent("A".repeat(43))}%3D`;
  const kept = keep("D-08", { cookies: cleared(run) });
  await alice.get("/list-sessions", { cookie, kept });
  await alice.post("/update-user", { name: "x" }, { cookie, kept });
  await alice.post("/sign-out", {}, { cookie });
});

scenario("sessions are listed, and ended one by one", async (run) => {
  const [one, two, three] = [run.browser(), run.browser(), run.browser()];
  await one.signUp({}, { headers: [["user-agent", "Browser/1"]] });
  await two.signIn({}, { headers: [["user-agent", "Browser/2 (ünïcode)"]] });
  await three.signIn({ rememberMe: false });
  const listed = await one.get("/list-sessions");
  const [, second, third] = listed.json ?? [];
  await one.post("/revoke-session", { token: second?.token });
  await one.get("/list-sessions");
  await two.get("/get-session", { note: "ended a moment ago", kept: keep("D-09", { cookies: untouched(run) }) });
  await three.post("/revoke-session", { token: third?.token }, { note: "its own" });
  await three.get("/get-session");
  await one.post("/revoke-session", { token: UNKNOWN });
  await one.post("/revoke-session", { token: "" });
  await one.post("/revoke-session", { token: "x".repeat(10_000) });
  await one.get("/get-session");
});

scenario("revoke-session refuses wrong types", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  for (const token of [1, null, [], {}, true]) await alice.post("/revoke-session", { token });
  await alice.post("/revoke-session", {});
  await alice.get("/get-session");
});

scenario("nobody ends the session of somebody else", async (run) => {
  const [alice, mallory] = [run.browser(), run.browser()];
  await alice.signUp();
  await mallory.signUp({ email: run.email("mallory") });
  const listed = await alice.get("/list-sessions");
  await mallory.post("/revoke-session", { token: listed.json?.[0]?.token });
  await mallory.post("/revoke-session", { token: decodeURIComponent(alice.cookie("session_token")).split(".")[0] }, { note: "the real token" });
  await alice.get("/get-session");
  await mallory.get("/get-session");
});

scenario("a session is ended by its real token too", async (run) => {
  const [one, two] = [run.browser(), run.browser()];
  await one.signUp();
  await two.signIn();
  const token = decodeURIComponent(two.cookie("session_token")).split(".")[0];
  await one.post("/revoke-session", { token });
  await one.get("/list-sessions");
});

scenario("all other sessions end, this one stays", async (run) => {
  const [one, two, three] = [run.browser(), run.browser(), run.browser()];
  await one.signUp();
  await two.signIn();
  await three.signIn();
  await two.post("/revoke-other-sessions", {});
  await two.get("/list-sessions");
  await one.get("/get-session", { kept: keep("D-09", { cookies: untouched(run) }) });
  await three.get("/list-sessions", { kept: keep("D-09", { ...UNAUTHORIZED, cookies: untouched(run) }) });
  await two.post("/revoke-other-sessions", {}, { note: "nothing left to do" });
});

scenario("all sessions end", async (run) => {
  const [one, two] = [run.browser(), run.browser()];
  await one.signUp();
  await two.signIn();
  await two.post("/revoke-sessions", {});
  await two.get("/get-session");
  await one.get("/get-session", { kept: keep("D-09", { cookies: untouched(run) }) });
});

scenario("a session ends with its sign-out, everywhere its cookie went", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const [copy, another] = [alice.copy(), alice.copy()];
  await alice.post("/sign-out", {});
  const gone = keep("D-09", { cookies: untouched(run) });
  await copy.get("/get-session", { kept: gone });
  await another.get("/list-sessions", { kept: gone });
  await another.post("/sign-out", {});
});

scenario("what is asked of a session in the query", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  for (const query of ["disableCookieCache=true", "disableCookieCache=false", "disableRefresh=true", "disableRefresh=false", "disableRefresh=", "disableRefresh=1&disableRefresh=2"]) {
    await alice.get(`/get-session?${query}`);
  }
});

scenario("extra fields of a session are not taken", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  for (const json of [{}, { theme: "dark" }, { token: "mine" }, { userId: "x", expiresAt: "2099-01-01T00:00:00.000Z" }, { ipAddress: "1.2.3.4" }]) {
    await alice.post("/update-session", json);
  }
  await alice.get("/get-session");
});

scenario("a session in use is renewed", "renewing", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.get("/get-session");
  await alice.get("/get-session?disableRefresh=true");
  await alice.get("/list-accounts");
  await alice.get("/list-sessions");
  await alice.post("/update-user", { name: "B" });
  const forgetful = run.browser();
  await forgetful.signIn({ rememberMe: false });
  await forgetful.get("/get-session");
});

scenario("some things need a session that has just begun", "stale", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.sendUntil({ path: "/list-sessions" }, ({ status }) => status === 403);
  await alice.post("/update-user", { name: "B" }, { note: "the age of the cookie" });
  await alice.post("/unlink-account", { accountId: "unknown" });
  await alice.post("/delete-user", {});
  await alice.get("/list-accounts");
  await alice.post("/verify-password", { password: "password123" });
  await alice.post("/delete-user", { password: "password123" });
});

scenario("a session that has run out clears the browser", "short", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const copy = alice.copy();
  await alice.sendUntil({ path: "/get-session" }, ({ json }) => json === null);
  await copy.get("/list-sessions");
  await copy.get("/get-session");
});
