import { openSessionData, sealSessionData } from "../../lib/cookies.mjs";
import { untouched } from "../../lib/expected.mjs";
import { keep, scenario } from "../../lib/scenario.mjs";

scenario("a session comes with its data in a cookie", "cache", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.get("/get-session");
  await alice.get("/get-session?disableCookieCache=true");
  await alice.get("/get-session?disableCookieCache=true&disableRefresh=true");
  await alice.get("/list-sessions");
  await alice.post("/update-user", { name: "Alice B" });
  await alice.get("/get-session");
  await alice.post("/verify-password", { password: "password123" });
  await alice.post("/sign-out", {});
});

scenario("session data without its token is worth nothing", "cache", async (run) => {
  const [alice, bob] = [run.browser(), run.browser()];
  await alice.signUp();
  await bob.signUp({ email: run.email("bob") });
  const data = alice.cookie("session_data");
  await run.browser().get("/get-session", { cookie: `better-auth.session_data=${data}`, note: "alone" });
  bob.setCookie("session_data", data);
  await bob.get("/get-session", { note: "with the token of another" });
});

scenario("session data that is broken is missing, not wrong", "cache", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const whole = alice.cookie("session_data");
  const ask = async (note, data, kept) => {
    const copy = alice.copy();
    copy.setCookie("session_data", data);
    await copy.get("/get-session", { note, kept });
  };
  const missing = keep("D-07", await answerOfTheStore(run, alice));
  await ask("cut short", whole.slice(0, -20));
  await ask("garbage", "%%%garbage%%%", missing);
  await ask("not base64", "!!!!", missing);
  await ask("empty", "");
  await ask("base64 of nothing much", Buffer.from("hello").toString("base64url"));
  await ask("JSON null", Buffer.from("null").toString("base64url"));
  await ask("an empty object", Buffer.from("{}").toString("base64url"));
  await ask("very long", "A".repeat(5_000));
  const opened = openSessionData(whole);
  await ask("signed by another secret", sealSessionData(opened?.payload, opened?.expiresAt, "another secret, which nobody here has"));
  await ask("run out", sealSessionData(opened?.payload, Date.now() - 1_000));
});

/** What the answer is to no session data at all: the normalised step, taken from the same run. */
async function answerOfTheStore(run, browser) {
  const copy = browser.copy();
  copy.jar.delete(run.cookieName("session_data"));
  await copy.get("/get-session", { note: "missing" });
  const { status, body, cookies, sessionToken } = run.steps.at(-1).normal;
  return { status, body, cookies, sessionToken };
}

scenario("an ended session is gone at once, whatever the cookie says", "cache", async (run) => {
  const [one, two] = [run.browser(), run.browser()];
  await one.signUp();
  await two.signIn();
  await one.post("/revoke-other-sessions", {});
  const gone = keep("D-11", { body: null, sessionToken: "none", cookies: {} });
  await two.get("/get-session", { kept: gone });
  await two.get("/get-session?disableCookieCache=true", { kept: keep("D-09", { cookies: untouched(run) }) });
});

scenario("a browser that need not be remembered gets data without an age", "cache", async (run) => {
  const alice = run.browser();
  await alice.signUp({ rememberMe: false });
  await alice.get("/get-session");
  await alice.get("/get-session?disableCookieCache=true");
});

scenario("a route that needs a session sends the data that it had to look up", "cache", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  for (const [method, path, json] of [["GET", "/list-accounts"], ["GET", "/list-sessions"], ["POST", "/update-session", {}], ["POST", "/update-user", {}],
    ["POST", "/verify-password", { password: "wrong-password" }], ["POST", "/verify-password", { password: "password123" }], ["POST", "/revoke-session", { token: "unknown" }],
    ["POST", "/change-email", { newEmail: run.email() }], ["POST", "/unlink-account", { accountId: "unknown" }], ["POST", "/send-verification-email", { email: run.email("other") }]]) {
    const copy = alice.copy();
    await copy.send({ method, path, json, note: "with session data" });
    copy.jar.delete(run.cookieName("session_data"));
    await copy.send({ method, path, json, note: "without" });
  }
});

scenario("a renewal sends every cookie, whichever route it happens in", "renewing-cache", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.get("/get-session?disableCookieCache=true");
  const all = keep("D-14", {
    cookies: { [run.cookieName("session_token")]: "<session 1> (signed); Max-Age=604800; Path=/; HttpOnly; SameSite=Lax" },
  });
  await alice.get("/list-accounts?disableCookieCache=true", { kept: all });
  await alice.get("/list-sessions?disableCookieCache=true", { kept: all });
  await alice.post("/verify-password", { password: "password123" }, { kept: all });
  await alice.post("/update-user?disableCookieCache=true", { name: "B" });
});

scenario("session data is cleared where it is not in use", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  alice.setCookie("session_data", "left-over");
  await alice.get("/get-session");
  alice.setCookie("session_data.0", "left");
  alice.setCookie("session_data.1", "over");
  await alice.get("/get-session");
  alice.setCookie("session_data.0", "left");
  await alice.post("/sign-out", {});
});

scenario("large session data is cut into several cookies", "cache", async (run) => {
  const alice = run.browser();
  await alice.signUp({}, { headers: [["user-agent", "x".repeat(6_000)]] });
  await alice.get("/get-session", { headers: [["user-agent", "x"]] });
  await alice.post("/sign-out", {});
});
