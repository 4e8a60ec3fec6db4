import { sign } from "../../lib/cookies.mjs";
import { UNAUTHORIZED, untouched } from "../../lib/expected.mjs";
import { keep, scenario } from "../../lib/scenario.mjs";

const UNKNOWN = "UnknownUnknownUnknownUnknown0000";
const bearer = (token) => [["authorization", `Bearer ${token}`]];

/** The token that the answer told in its header. */
const told = (seen) => seen.headers.find(([name]) => name === "set-auth-token")?.[1];

/** Ours always publishes its keys, which sign access tokens too. */
const KEYS = keep("D-34", {
  status: 200,
  headers: { "cache-control": "public, max-age=300", "content-type": "application/json" },
  body: { keys: [{ alg: "EdDSA", crv: "Ed25519", kid: "<kid>", kty: "OKP", use: "sig", x: "<key>" }] },
});

const justEnded = (run) => keep("D-09", { cookies: untouched(run) });

/** Of a session's own cookie ours is exact where the package is not: it lives as long as the session's other cookie. */
const device = (run, number, text) => {
  const name = `${run.cookieName("session_token")}_multi-<session ${number}>`;
  return keep("D-32", { cookies: { [name]: `${text}; Path=/; HttpOnly; SameSite=Lax; named by its id` } });
};
const again = (run, number) => device(run, number, `<session ${number}> (signed); Max-Age=604800`);

scenario("a program without cookies goes by the token that the sign-in told it", "plugins", async (run) => {
  const program = run.browser();
  const token = told(await program.signUp());
  const ask = (note, headers, options) => run.browser().get("/get-session", { note, headers, ...options });
  await ask("as it was told", bearer(token));
  await ask("percent-encoded", bearer(encodeURIComponent(token)));
  await ask("another spelling of the scheme", [["authorization", `bEaReR ${token}`]]);
  await ask("blanks around", bearer(`  ${token}  `));
  await ask("without its signature", bearer(token.split(".")[0]));
  await ask("with a wrong signature", bearer(`${token.slice(0, -4)}AAA=`));
  await ask("another scheme", [["authorization", `Basic ${token}`]]);
  await ask("nothing behind the scheme", [["authorization", "Bearer "]]);
  await ask("of no session", bearer(sign(UNKNOWN)));
  await ask("a JWT", bearer("eyJhbGciOiJIUzI1NiJ9.e30.AAAA"));
  await run.browser().get("/list-sessions", { headers: bearer(token), origin: null });
  await run.browser().post("/update-user", { name: "Bob" }, { headers: bearer(token), origin: null });
  await run.browser().get("/get-session", { headers: bearer(token), note: "after the change" });
  await run.browser().post("/sign-out", {}, { headers: bearer(token), origin: null });
  await run.browser().get("/get-session", { headers: bearer(token), note: "after the sign-out", kept: justEnded(run) });
});

scenario("the header's token goes before the cookie's", "plugins", async (run) => {
  const [alice, bob] = [run.browser(), run.browser()];
  await alice.signUp();
  const token = told(await bob.signUp({ name: "Bob", email: run.email("bob") }));
  await alice.get("/get-session", { headers: bearer(token) });
  await alice.get("/get-session", { headers: bearer(`${token.slice(0, -4)}AAA=`), note: "a wrong one" });
});

scenario("several people are signed in at one browser", "plugins", async (run) => {
  const browser = run.browser();
  await browser.get("/multi-session/list-device-sessions");
  const alice = (await browser.signUp()).json;
  await browser.get("/multi-session/list-device-sessions");
  const bob = (await browser.signUp({ name: "Bob", email: run.email("bob") })).json;
  await browser.get("/get-session");
  await browser.get("/multi-session/list-device-sessions", { unordered: true });
  await browser.post("/multi-session/set-active", { sessionToken: alice.token }, { kept: again(run, 1) });
  await browser.get("/get-session");
  await browser.post("/multi-session/set-active", { sessionToken: "absent" });
  await browser.post("/multi-session/set-active", {});
  await browser.post("/multi-session/revoke", { sessionToken: "absent" });
  await browser.post("/multi-session/revoke", {});
  await run.browser().post("/multi-session/revoke", { sessionToken: alice.token }, { note: "without a session" });
  await run.browser().post("/multi-session/set-active", { sessionToken: alice.token }, { note: "without its cookie" });
  await browser.post("/multi-session/revoke", { sessionToken: alice.token }, { kept: again(run, 2) });
  await browser.get("/get-session", { note: "the other one is active now" });
  await browser.post("/multi-session/revoke", { sessionToken: bob.token });
  await browser.get("/get-session");
});

scenario("a sign-out ends every session of the browser", "plugins", async (run) => {
  const browser = run.browser();
  await browser.signUp();
  const alone = browser.copy();
  await browser.signUp({ name: "Bob", email: run.email("bob") });
  await browser.post("/sign-out", {});
  await browser.get("/multi-session/list-device-sessions");
  await alone.get("/list-sessions", { kept: justEnded(run) });
});

scenario("a second sign-in of the same person takes the place of the first", "plugins", async (run) => {
  const browser = run.browser();
  await browser.signUp();
  const before = browser.copy();
  await browser.signIn();
  await browser.get("/multi-session/list-device-sessions");
  await before.get("/list-sessions", { kept: justEnded(run) });
});

scenario("a browser keeps no more sessions than are allowed", "plugins", async (run) => {
  const browser = run.browser();
  const alice = (await browser.signUp()).json;
  await browser.signUp({ name: "Bob", email: run.email("bob") });
  const carol = (await browser.signUp({ name: "Carol", email: run.email("carol") })).json;
  await browser.get("/get-session", { note: "active all the same" });
  await browser.get("/multi-session/list-device-sessions", { unordered: true });
  await browser.post("/multi-session/set-active", { sessionToken: carol.token });
  await browser.post("/multi-session/set-active", { sessionToken: alice.token }, { kept: again(run, 1) });
});

scenario("a session that is not to be remembered, beside another", "plugins", async (run) => {
  const browser = run.browser();
  await browser.signUp({ rememberMe: false }, { kept: device(run, 1, "<session 1> (signed)") });
  await browser.get("/multi-session/list-device-sessions");
});

scenario("a session that ended elsewhere leaves the browser with the next sign-in", "plugins", async (run) => {
  const [browser, elsewhere] = [run.browser(), run.browser()];
  const alice = (await browser.signUp()).json;
  await elsewhere.signIn();
  await elsewhere.post("/revoke-other-sessions", {});
  await browser.get("/multi-session/list-device-sessions");
  await browser.copy().post("/multi-session/set-active", { sessionToken: alice.token });
  await browser.signUp({ name: "Bob", email: run.email("bob") }, { kept: device(run, 1, "(deleted); Max-Age=0") });
});

scenario("a token for other back ends", "plugins", async (run) => {
  const browser = run.browser();
  await browser.get("/token", { note: "without a session" });
  await browser.signUp();
  await browser.get("/token");
  await browser.get("/get-session");
  await browser.get("/jwks", { kept: KEYS });
  await browser.get("/list-sessions", { note: "no other route tells one" });
  await browser.post("/sign-out", {});
  await browser.get("/get-session");
});

scenario("methods and routes of plugins", "plugins", async (run) => {
  const anyone = run.browser();
  await anyone.post("/multi-session/list-device-sessions", {});
  await anyone.get("/multi-session/set-active");
  await anyone.get("/multi-session/revoke");
  await anyone.get("/multi-session");
  await anyone.post("/jwks", {});
  await anyone.post("/token", {}, { kept: keep("D-35", UNAUTHORIZED) });
});

scenario("without the plugins nothing of them is there", async (run) => {
  const browser = run.browser();
  await browser.signUp();
  const headers = bearer(decodeURIComponent(browser.cookie("session_token")));
  await run.browser().get("/get-session", { headers });
  await browser.get("/multi-session/list-device-sessions");
  await browser.post("/multi-session/set-active", { sessionToken: "x" });
  await browser.get("/token");
  await browser.get("/jwks", { kept: KEYS });
});
