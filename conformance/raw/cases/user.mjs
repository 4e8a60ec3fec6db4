import { cleared, invalid, untouched } from "../../lib/expected.mjs";
import { keep, scenario } from "../../lib/scenario.mjs";

scenario("a person changes name and picture", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.post("/update-user", { name: "Alice B", image: "https://example.com/a.png" });
  await alice.get("/get-session");
  await alice.post("/update-user", { image: null });
  await alice.post("/update-user", { name: "" });
  await alice.get("/get-session");
  await alice.post("/update-user", {});
  await alice.post("/update-user", { unknown: "x" });
  await alice.post("/update-user", { email: "other@example.com" });
  await alice.post("/update-user", { email: "" });
  await alice.post("/update-user", { email: null });
  await alice.post("/update-user", { name: "C", email: "other@example.com" });
  await alice.post("/update-user", { emailVerified: true });
  await alice.post("/update-user", { id: "mine", createdAt: "2001-01-01T00:00:00.000Z" });
  await alice.post("/update-user", { name: "D", emailVerified: true, id: "mine", role: "admin" });
  await alice.get("/get-session");
});

scenario("name and picture are text", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const refused = (field, got) => keep("D-06", {
    ...invalid(`[body.${field}] Invalid input: expected string, received ${got}`), cookies: { [run.cookieName("session_token")]: undefined },
  });
  await alice.post("/update-user", { name: 1 }, { kept: refused("name", "number") });
  await alice.post("/update-user", { name: null }, { kept: refused("name", "null") });
  await alice.post("/update-user", { name: ["x"] }, { kept: refused("name", "array") });
  await alice.post("/update-user", { name: { a: 1 } }, { kept: refused("name", "object") });
  await alice.post("/update-user", { name: true }, { kept: refused("name", "boolean") });
  await alice.post("/update-user", { image: 1 }, { kept: refused("image", "number") });
  await alice.post("/update-user", { image: {} }, { kept: refused("image", "object") });
  await alice.post("/update-user", { name: "Alice again", image: null });
  await alice.get("/get-session");
});

scenario("an account is listed, and the last one stays", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const listed = await alice.get("/list-accounts");
  await alice.post("/unlink-account", { accountId: listed.json?.[0]?.id });
  await alice.post("/unlink-account", { accountId: "unknown" });
  for (const json of [{}, { accountId: 1 }, { accountId: null }, { providerId: "credential" }, { accountId: listed.json?.[0]?.id, more: 1 }]) await alice.post("/unlink-account", json);
  await alice.get("/list-accounts");
});

scenario("no provider is set up", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  for (const browser of [run.browser(), alice]) {
    await browser.post("/sign-in/social", { provider: "github" });
    await browser.post("/sign-in/social", { provider: "github", callbackURL: "/dash" });
    await browser.post("/sign-in/social", { provider: "nobody", disableRedirect: true });
    await browser.post("/sign-in/social", { provider: "google", idToken: { token: "x" } });
    await browser.post("/sign-in/social", {});
    await browser.post("/sign-in/social", { provider: 1 });
    await browser.post("/sign-in/social", { provider: "github", callbackURL: "https://evil.test" });
    await browser.post("/link-social", { provider: "github" });
  }
});

scenario("nothing is known of providers' tokens", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const listed = await alice.get("/list-accounts");
  const accountId = listed.json?.[0]?.id;
  for (const browser of [run.browser(), alice]) {
    for (const path of ["/get-access-token", "/refresh-token"]) {
      for (const json of [{}, { accountId: "unknown" }, { accountId }, { useAccountCookie: true }, { useAccountCookie: false }, { accountId, useAccountCookie: true }, { accountId, more: 1 }, { accountId: 1 }, { accountId, userId: 1 }, { providerId: "github" }]) {
        await browser.post(path, json);
      }
    }
    for (const query of ["", "?accountId=unknown", `?accountId=${accountId}`, "?useAccountCookie=true", "?accountId=a&accountId=b"]) await browser.get(`/account-info${query}`);
  }
});

scenario("nobody comes back from a provider", async (run) => {
  const anyone = run.browser();
  for (const path of ["/callback/github", "/callback/github?state=unknown&code=x", "/callback/github?code=x", "/callback/github?error=access_denied", "/callback/github?error=access_denied&state=unknown", "/callback/", "/callback/a/b"]) {
    await anyone.get(path);
  }
  await anyone.post("/callback/github", { state: "unknown", code: "x" });
  await anyone.send({ method: "POST", path: "/callback/github", body: "state=unknown&code=x", type: "application/x-www-form-urlencoded" });
  await anyone.send({ method: "POST", path: "/callback/github?state=a", body: "state=unknown&code=x", type: "application/x-www-form-urlencoded", origin: "https://github.com" });
});

scenario("an account is deleted with its password", async (run) => {
  const alice = run.browser();
  const other = run.browser();
  await alice.signUp();
  await other.signIn();
  await alice.post("/delete-user", { password: "wrong-password" });
  await alice.post("/delete-user", { password: 1 });
  await alice.post("/delete-user", { token: "unknown" });
  await alice.post("/delete-user", { password: null });
  await alice.post("/delete-user", { callbackURL: "https://evil.test/" });
  await alice.get("/get-session");
  await alice.post("/delete-user", { password: "password123" });
  await alice.get("/get-session");
  await other.get("/get-session", { kept: keep("D-09", { cookies: untouched(run) }) });
  await other.signIn();
  await run.browser().signUp({ name: "Alice the second" });
});

scenario("an account is deleted without its password while the session is fresh", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.post("/delete-user", {}, { origin: "https://evil.test" });
  await alice.post("/delete-user", {});
  await alice.get("/get-session");
});

scenario("an account is deleted by a link in a letter", "mailed", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.post("/delete-user", { callbackURL: "/bye" });
  const letter = await run.letter(run.email());
  await run.browser().get(letter.path, { note: "signed out" });
  await alice.get("/delete-user/callback?token=unknown");
  await alice.get("/delete-user/callback");
  await alice.get("/delete-user/callback?token=");
  await alice.get(letter.path.replace(/callbackURL=.*/, "callbackURL=https%3A%2F%2Fevil.test"));
  await alice.get(letter.path);
  await alice.get("/get-session");
  await alice.get(letter.path, { note: "a second time" });
});

scenario("an account is deleted by the token of a letter", "mailed", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.post("/delete-user", {});
  const letter = await run.letter(run.email());
  await alice.post("/delete-user", { token: letter.token });
  await alice.signIn();
});

scenario("a link that deletes is not for others", "mailed", async (run) => {
  const [alice, mallory] = [run.browser(), run.browser()];
  await alice.signUp();
  await mallory.signUp({ email: run.email("mallory") });
  await alice.post("/delete-user", { callbackURL: "/bye" });
  const letter = await run.letter(run.email());
  await mallory.get(letter.path, { note: "signed in as another" });
  await mallory.get("/get-session");
  await alice.get(letter.path, {
    note: "after the other's visit",
    kept: keep("D-21", { status: 302, headers: { location: "/bye" }, cookies: cleared(run), body: "(empty)" }),
  });
});

scenario("a password is checked, and does not take the place of the letter", "mailed", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.post("/delete-user", { password: "wrong-password" });
  await alice.post("/delete-user", { password: "password123" });
  await run.letter(run.email());
  await alice.get("/get-session");
});

scenario("delete-user/callback where no letters are sent", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.get("/delete-user/callback?token=unknown");
  await alice.get("/get-session");
});
