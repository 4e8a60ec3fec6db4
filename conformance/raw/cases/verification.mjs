import { createHmac } from "node:crypto";
import { SECRET } from "../../lib/variants.mjs";
import { INVALID_TOKEN } from "../../lib/expected.mjs";
import { keep, scenario } from "../../lib/scenario.mjs";

/** A mail token (protocol 2.19). @param {Record<string, any>} claims @param {Record<string, any>} [header] @param {string} [secret] */
function jwt(claims, header = { alg: "HS256" }, secret = SECRET) {
  const now = Math.floor(Date.now() / 1000);
  const text = [header, { iat: now, exp: now + 3600, ...claims }].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
}

scenario("an address is verified by a link", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  run.noLetter(run.email());
  await alice.post("/send-verification-email", { email: run.email(), callbackURL: "/welcome?x=1" });
  const letter = await run.letter(run.email());
  await alice.get(letter.path);
  await alice.get("/get-session");
  await alice.get(letter.path, { note: "a second time" });
  await run.browser().get(letter.path, { note: "from another browser" });
  await run.browser().get(letter.path.replace(/&callbackURL=.*/, ""), { note: "nowhere to go" });
  await alice.post("/send-verification-email", { email: run.email() }, { note: "verified already" });
  await run.browser().post("/send-verification-email", { email: run.email() }, { note: "verified already, signed out" });
});

scenario("a link that verifies and says nothing of where to go leads to the root", async (run) => {
  await run.browser().signUp();
  const anyone = run.browser();
  await anyone.post("/send-verification-email", { email: run.email().toUpperCase() });
  const letter = await run.letter(run.email());
  await anyone.get(letter.path);
  await anyone.get("/get-session");
});

scenario("who asks for a verification learns nothing", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const anyone = run.browser();
  for (const email of [run.email("nobody"), "nobody", "", 1, null, undefined, {}]) await anyone.post("/send-verification-email", { email });
  run.noLetter(run.email("nobody"));
  for (const callbackURL of ["dash", "https://evil.test/", "//evil.test", 1, null, ""]) {
    await anyone.post("/send-verification-email", { email: run.email("nobody"), callbackURL });
  }
  await alice.post("/send-verification-email", { email: run.email("other") }, { note: "not the one's own" });
});

scenario("tokens that verify nothing", async (run) => {
  await run.browser().signUp();
  const anyone = run.browser();
  const ago = Math.floor(Date.now() / 1000) - 7200;
  const email = run.email();
  const tokens = [
    ["none", ""], ["a word", "bad"], ["dots", ".."], ["three words", "a.b.c"], ["very long", "x".repeat(4_000)], ["broken percent-encoding", "%zz"],
    ["run out", jwt({ email, iat: ago, exp: ago + 3600 })], ["by another secret", jwt({ email }, { alg: "HS256" }, "another secret")],
    ["unsigned", `${jwt({ email }, { alg: "none" }).split(".").slice(0, 2).join(".")}.`], ["unsigned, yet signed", jwt({ email }, { alg: "none" })],
    ["said to be HS512", jwt({ email }, { alg: "HS512" })], ["without an address", jwt({})], ["with a number for an address", jwt({ email: 1 })],
    ["no address at all", jwt({ email: "nobody" })], ["of nobody", jwt({ email: run.email("nobody") })], ["without an end", jwt({ email: run.email("nobody"), exp: undefined })],
    ["with critical headers", jwt({ email: run.email("nobody") }, { alg: "HS256", crit: ["x"], x: 1 })], ["not before tomorrow", jwt({ email: run.email("nobody"), nbf: ago + 100_000 })],
  ];
  const JSON_TYPE = { "content-type": "application/json" };
  const sentBack = { status: 302, headers: { ...JSON_TYPE, location: "/cb?x=1&error=INVALID_TOKEN#part" } };
  const ids = { "without an address": "D-20", "with a number for an address": "D-20", "no address at all": "D-20", "without an end": "D-29" };
  for (const [note, token] of tokens) {
    const kept = (answer) => (ids[note] ? keep(ids[note], answer) : undefined);
    await anyone.get(`/verify-email?token=${token}`, { note, kept: kept(INVALID_TOKEN) });
    await anyone.get(`/verify-email?token=${token}&callbackURL=${encodeURIComponent("/cb?x=1#part")}`, {
      note: `${note}, with a callback`, kept: kept(sentBack),
    });
  }
  await anyone.get("/verify-email");
  await anyone.get("/verify-email?callbackURL=/cb");
  await anyone.get("/verify-email?token=a&token=b");
  for (const callbackURL of ["https://evil.test/", "dash", "//evil.test", "", "/%2fevil.test", `${run.base}/cb`]) {
    await anyone.get(`/verify-email?token=bad&callbackURL=${encodeURIComponent(callbackURL)}`);
  }
});

scenario("an address is changed by a letter to the new one", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const address = run.email("new");
  await alice.post("/change-email", { newEmail: address.toUpperCase(), callbackURL: "/changed" });
  await alice.get("/get-session", { note: "nothing has changed yet" });
  const letter = await run.letter(address);
  await alice.get(letter.path);
  await alice.get("/get-session");
  await alice.get(letter.path, { note: "a second time" });
  await alice.signIn({ email: address });
  await run.browser().signIn({}, { note: "the old address" });
});

scenario("a changed address is verified without a session, and without a callback", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  const address = run.email("new");
  await alice.post("/change-email", { newEmail: address });
  const letter = await run.letter(address);
  const path = letter.path.replace(/&callbackURL=.*/, "");
  const mallory = run.browser();
  await mallory.signUp({ email: run.email("mallory") });
  await mallory.get(path, { note: "signed in as another" });
  const anyone = run.browser();
  await anyone.get(path, { note: "signed out" });
  await anyone.get("/get-session");
  await alice.get("/get-session");
  await alice.get("/get-session?disableCookieCache=true");
});

scenario("a verified person agrees to a change at the old address first", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.post("/send-verification-email", { email: run.email() });
  await alice.get((await run.letter(run.email())).path);
  const address = run.email("new");
  await alice.post("/change-email", { newEmail: address, callbackURL: "/changed?x=1" });
  run.noLetter(address);
  const first = await run.letter(run.email());
  await alice.get(first.path);
  await alice.get("/get-session", { note: "not changed yet" });
  const second = await run.letter(address);
  await alice.get(second.path);
  await alice.get("/get-session");
  await alice.get(first.path, { note: "a second time" });
});

scenario("both steps of a change without a callback, from another browser", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.post("/send-verification-email", { email: run.email() });
  await alice.get((await run.letter(run.email())).path);
  const address = run.email("new");
  await alice.post("/change-email", { newEmail: address });
  const bare = (letter) => letter.path.replace(/&callbackURL=.*/, "");
  const first = await run.letter(run.email());
  const mallory = run.browser();
  await mallory.signUp({ email: run.email("mallory") });
  await mallory.get(bare(first), { note: "signed in as another" });
  await run.browser().get(bare(first), { note: "signed out" });
  const second = await run.letter(address);
  await run.browser().get(bare(second), { note: "signed out" });
  await alice.get("/get-session");
});

scenario("a change of address is refused, or leads nowhere", async (run) => {
  const [alice, bob] = [run.browser(), run.browser()];
  await alice.signUp();
  await bob.signUp({ email: run.email("bob") });
  await alice.post("/change-email", { newEmail: run.email() }, { note: "the same" });
  await alice.post("/change-email", { newEmail: run.email().toUpperCase() }, { note: "the same in other case" });
  await alice.post("/change-email", { newEmail: run.email("bob") }, { note: "taken" });
  run.noLetter(run.email("bob"));
  for (const newEmail of ["nobody", "", 1, null, undefined, []]) await alice.post("/change-email", { newEmail });
  for (const callbackURL of ["dash", "https://evil.test/", 1]) await alice.post("/change-email", { newEmail: run.email("new"), callbackURL });
  await alice.get("/get-session");
});

scenario("an address taken while its letter was under way is not changed", async (run) => {
  const [alice, bob] = [run.browser(), run.browser()];
  await alice.signUp();
  const address = run.email("new");
  await alice.post("/change-email", { newEmail: address });
  const letter = await run.letter(address);
  await bob.signUp({ email: address });
  await alice.get(letter.path.replace(/&callbackURL=.*/, ""), { kept: keep("D-20", INVALID_TOKEN) });
  await alice.get("/get-session");
});

scenario("the second of two changes, then the first", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.post("/change-email", { newEmail: run.email("first") });
  const first = await run.letter(run.email("first"));
  await alice.post("/change-email", { newEmail: run.email("second") });
  const second = await run.letter(run.email("second"));
  await alice.get(second.path);
  await alice.get(first.path);
  await alice.get("/get-session");
});

scenario("a verification may sign in", "welcoming", async (run) => {
  const [alice, other] = [run.browser(), run.browser()];
  await alice.signUp();
  await alice.post("/send-verification-email", { email: run.email(), callbackURL: "/welcome" });
  const letter = await run.letter(run.email());
  await other.get(letter.path, { note: "in another browser" });
  await other.get("/get-session");
  await run.browser().get(letter.path, { note: "a second time, verified already" });
  await alice.get("/get-session");
});

scenario("a verification where one is signed in already", "welcoming", async (run) => {
  const alice = run.browser();
  await alice.signUp();
  await alice.post("/send-verification-email", { email: run.email() });
  const letter = await run.letter(run.email());
  await alice.get(letter.path.replace(/&callbackURL=.*/, ""));
  await alice.get("/get-session");
  await alice.get("/list-sessions");
});

scenario("an unverified person may ask for another letter at a refused sign-in", "verified", async (run) => {
  await run.browser().signUp();
  await run.letter(run.email());
  const anyone = run.browser();
  await anyone.post("/send-verification-email", { email: run.email() });
  const letter = await run.letter(run.email());
  await anyone.get(letter.path);
  await anyone.signIn();
});
