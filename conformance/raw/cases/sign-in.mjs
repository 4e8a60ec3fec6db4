import { keep, scenario } from "../../lib/scenario.mjs";

scenario("a sign-in opens a session and remembers it", async (run) => {
  await run.browser().signUp();
  const alice = run.browser();
  await alice.signIn();
  await alice.get("/get-session");
  await alice.post("/sign-out");
  await alice.get("/get-session");
});

scenario("a sign-in takes any case of the address", async (run) => {
  await run.browser().signUp();
  await run.browser().signIn({ email: run.email().toUpperCase() });
  await run.browser().signIn({ email: ` ${run.email()}` }, { note: "a blank before" });
});

scenario("a sign-in without remembering gives cookies without an age", async (run) => {
  await run.browser().signUp();
  const alice = run.browser();
  await alice.signIn({ rememberMe: false });
  await alice.get("/get-session");
  await alice.post("/update-user", { name: "Alice B" });
  await alice.post("/sign-out");
});

scenario("signing in with remembering forgets that it was off", async (run) => {
  await run.browser().signUp();
  const alice = run.browser();
  await alice.signIn({ rememberMe: false });
  await alice.signIn({ rememberMe: true });
  await alice.get("/list-sessions", { kept: keep("D-10", { body: [SESSION("<session 1>"), SESSION("<session 3>")] }) });
});

const SESSION = (name) => ({
  createdAt: "<now>", expiresAt: "<now + 7 days>", id: name, ipAddress: "127.0.0.1", token: name, updatedAt: "<now>", userAgent: "", userId: "<user 1>",
});

scenario("a wrong password and an unknown address get the same answer", async (run) => {
  await run.browser().signUp();
  const anyone = run.browser();
  await anyone.signIn({ password: "wrong-password" });
  await anyone.signIn({ email: run.email("nobody") });
  await anyone.signIn({ password: "" });
  await anyone.signIn({ email: run.email("nobody"), password: "" });
  await anyone.signIn({ password: "x" });
  await anyone.signIn({ password: "a".repeat(128) });
  await anyone.signIn({ password: "a".repeat(129) });
  await anyone.signIn({ email: run.email("nobody"), password: "a".repeat(129) });
  await anyone.signIn({ email: "nobody" });
  await anyone.signIn({ email: "" });
  await anyone.signIn({ email: "nobody", password: "a".repeat(129) });
  await anyone.get("/get-session");
});

scenario("a sign-in refuses members of wrong types", async (run) => {
  await run.browser().signUp();
  const anyone = run.browser();
  await anyone.post("/sign-in/email", {});
  for (const wrong of [
    { email: 1 }, { email: null }, { email: {} }, { email: undefined }, { password: 1 }, { password: null }, { password: ["password123"] },
    { password: undefined }, { rememberMe: "yes" }, { rememberMe: 1 }, { rememberMe: null }, { callbackURL: 1 }, { callbackURL: null }, { callbackURL: [] },
  ]) {
    await anyone.signIn(wrong);
  }
});

scenario("a sign-in with a callback says where to go", async (run) => {
  await run.browser().signUp();
  await run.browser().signIn({ callbackURL: "/dash" });
  await run.browser().signIn({ callbackURL: "" });
  await run.browser().signIn({ callbackURL: "/dash?a=1&b=%20#part", rememberMe: false });
  await run.browser().signIn({ callbackURL: `${run.base}/dash` });
  await run.browser().signIn({ password: "wrong-password", callbackURL: "/dash" });
});

scenario("a form signs in and up where forms are taken", async (run) => {
  const form = "application/x-www-form-urlencoded";
  const anyone = run.browser();
  const email = encodeURIComponent(run.email());
  const send = (path, body, note) => anyone.send({ method: "POST", path, body, type: form, note });
  await send("/sign-up/email", `name=Form+Alice&email=${email}&password=password123`, "a form");
  await send("/sign-in/email", `email=${email}&password=password123`, "a form");
  await send("/sign-in/email", `email=${email}&password=password123&rememberMe=false`, "all members of a form are text");
  await send("/sign-in/email", `email=${email}`, "no password");
  await send("/sign-in/email", "", "an empty form");
  await send("/sign-out", "a=1", "no forms here");
  await send("/update-user", "name=B", "no forms here");
  await send("/change-password", "newPassword=password124", "no forms here");
});

scenario("a sign-in ends the session that the browser brings along", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const before = alice.copy();
  await alice.signIn();
  await alice.get("/get-session");
  await before.get("/get-session", { kept: keep("D-10", { body: null, sessionToken: "none" }) });
});

scenario("a failed sign-in leaves the session of the browser as it was", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.signIn({ password: "wrong-password" });
  await alice.get("/get-session");
});
