import { untouched } from "../../lib/expected.mjs";
import { keep, scenario } from "../../lib/scenario.mjs";

scenario("a password is changed and the other sessions stay", async (run) => {
  const [one, two] = [run.browser(), run.browser()];
  await one.signUp();
  await two.signIn();
  await one.post("/change-password", { currentPassword: "password123", newPassword: "password124" });
  await one.get("/get-session");
  await two.get("/get-session");
  await run.browser().signIn({}, { note: "the old one" });
  await run.browser().signIn({ password: "password124" });
});

scenario("a password is changed and the other sessions end", async (run) => {
  const [one, two] = [run.browser(), run.browser()];
  await one.signUp();
  const before = one.copy();
  await two.signIn();
  await one.post("/change-password", { currentPassword: "password123", newPassword: "password124", revokeOtherSessions: true });
  await one.get("/get-session");
  await one.get("/list-sessions");
  const gone = keep("D-09", { cookies: untouched(run) });
  await two.get("/get-session", { kept: gone });
  await before.get("/get-session", { kept: gone });
});

scenario("a change of password is refused", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const right = { currentPassword: "password123", newPassword: "password124" };
  for (const wrong of [
    { currentPassword: "wrong-password" }, { currentPassword: "" }, { currentPassword: "a".repeat(129) }, { newPassword: "short" }, { newPassword: "a".repeat(129) },
    { newPassword: "" }, { newPassword: "short", currentPassword: "wrong-password" }, { newPassword: null }, { newPassword: 1 }, { currentPassword: 1 }, { currentPassword: undefined },
    { newPassword: undefined }, { revokeOtherSessions: "yes" }, { revokeOtherSessions: null }, { newPassword: ["password124"] },
  ]) {
    await alice.post("/change-password", { ...right, ...wrong });
  }
  await alice.post("/change-password", { ...right, newPassword: "password123" }, { note: "the same again" });
  await alice.get("/get-session");
});

scenario("a password is verified", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  for (const password of ["password123", "wrong-password", "", "a".repeat(129), 1, null, undefined, ["password123"]]) await alice.post("/verify-password", { password });
});

scenario("a forgotten password is reset by a link", async (run) => {
  const [one, two] = [run.browser(), run.browser()];
  await one.signUp();
  await two.post("/request-password-reset", { email: run.email().toUpperCase(), redirectTo: "/reset?x=1" });
  const letter = await run.letter(run.email());
  await two.get(letter.path);
  await two.get(letter.path, { note: "a visit does not use it up" });
  await two.post("/reset-password", { newPassword: "short", token: letter.token });
  await two.post("/reset-password", { newPassword: "a".repeat(129), token: letter.token });
  await two.post("/reset-password", { newPassword: 1, token: letter.token });
  await two.post("/reset-password", { newPassword: "password124", token: letter.token });
  await two.post("/reset-password", { newPassword: "password125", token: letter.token }, { note: "a second time" });
  await two.get(letter.path, { note: "used up" });
  await one.get("/get-session", { kept: keep("D-12", { body: null, sessionToken: "none" }) });
  await two.signIn({}, { note: "the old one" });
  await two.signIn({ password: "password124" });
});

scenario("the token of a reset may stand in the query", async (run) => {
  await run.browser().signUp();
  const anyone = run.browser();
  await anyone.post("/request-password-reset", { email: run.email() });
  const letter = await run.letter(run.email());
  await anyone.get(letter.path, { note: "nowhere to go" });
  await anyone.post(`/reset-password?token=${letter.token}`, { newPassword: "password124" });
  await anyone.signIn({ password: "password124" });
});

scenario("the last of several resets and the first of them", async (run) => {
  await run.browser().signUp();
  const anyone = run.browser();
  await anyone.post("/request-password-reset", { email: run.email() });
  const first = await run.letter(run.email());
  await anyone.post("/request-password-reset", { email: run.email() });
  const last = await run.letter(run.email());
  await anyone.post("/reset-password", { newPassword: "password124", token: last.token });
  const refused = (status, code, message) => keep("D-36", { status, body: { code, message }, cookies: untouched(run), sessionToken: "none" });
  await anyone.post("/reset-password", { newPassword: "password125", token: first.token }, { kept: refused(400, "INVALID_TOKEN", "Invalid token") });
  const wrong = refused(401, "INVALID_EMAIL_OR_PASSWORD", "Invalid email or password");
  await anyone.signIn({ password: "password125" }, { kept: wrong });
});

scenario("who asks for a reset learns nothing", async (run) => {
  await run.browser().signUp();
  const anyone = run.browser();
  for (const email of [run.email(), run.email("nobody"), "nobody", "", 1, null, undefined, [run.email()], ` ${run.email()}`]) {
    await anyone.post("/request-password-reset", { email });
  }
  await run.letter(run.email());
  run.noLetter(run.email("nobody"));
  for (const redirectTo of ["/ok", "", "dash", "https://evil.test/", `${run.base}/reset`, "//evil.test", 1, null]) {
    await anyone.post("/request-password-reset", { email: run.email("nobody"), redirectTo });
  }
});

scenario("a reset without a good token is refused", async (run) => {
  const anyone = run.browser();
  for (const json of [
    {}, { newPassword: "password124" }, { newPassword: "password124", token: "" }, { newPassword: "password124", token: "unknown" },
    { newPassword: "password124", token: 1 }, { newPassword: "password124", token: null }, { newPassword: "password124", token: "x".repeat(5_000) },
    { token: "unknown" }, { newPassword: "short", token: "unknown" }, { newPassword: "", token: "unknown" },
  ]) {
    await anyone.post("/reset-password", json);
  }
  await anyone.post("/reset-password?token=unknown", { newPassword: "password124" });
  await anyone.post("/reset-password?token=a&token=b", { newPassword: "password124" });
});

scenario("where the link of a reset may lead", async (run) => {
  const anyone = run.browser();
  for (const query of [
    "", "?callbackURL=", "?callbackURL=/x", "?callbackURL=%2Fx%3Fa%3D1", "?callbackURL=/x%23part", "?callbackURL=dash", "?callbackURL=https://evil.test/",
    "?callbackURL=//evil.test", "?callbackURL=javascript:alert(1)", `?callbackURL=${encodeURIComponent(`${run.base}/reset?b=2`)}`,
    "?callbackURL=/a&callbackURL=/b", "?callbackURL=%5Cevil.test", "?callbackURL=/%2fevil.test", "?other=1",
  ]) {
    await anyone.get(`/reset-password/unknown${query}`);
  }
  await anyone.get("/reset-password/%00?callbackURL=/x");
  await anyone.get(`/reset-password/${"x".repeat(3_000)}?callbackURL=/x`);
  await anyone.get("/reset-password/a%2Fb?callbackURL=/x");
});
