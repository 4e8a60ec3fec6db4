/**
 * `stayd/verify` in Node beside our server: what it signs is checked here without asking, what it ends is refused here, and while it is
 * down nobody passes.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "../lib/eventually.mjs";
import { SECRET, VARIANTS } from "../lib/variants.mjs";
import { launchStayd } from "../stayd/launch.mjs";
import { JarFetch } from "./jar-fetch.mjs";

const { staydVerifier } = await import("../../packages/stayd/dist/verify.js");
const PASSWORD = "correct horse battery";
const BACKEND = { id: "orders", secret: SECRET };
let target;
let verifier;

before(async () => {
  target = await launchStayd({ ...VARIANTS.cache, backends: `${BACKEND.id}:${BACKEND.secret}` });
  verifier = staydVerifier({ url: `${target.baseURL}/api/auth`, backend: BACKEND, secret: SECRET, timeout: 5, onProblem: () => {} });
  await eventually(() => verifier.hears(), { what: "the feed" });
});
after(async () => {
  verifier?.close();
  await target?.stop();
});

const post = async ({ fetch }, path, body = {}) => {
  const headers = { "content-type": "application/json", origin: target.baseURL };
  const response = await fetch(`${target.baseURL}/api/auth${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  assert.equal(response.status, 200, path);
  return response.json();
};
const asShown = (network) => new Headers({ cookie: network.jar.header() });
const refused = async (shown) => (await verifier.require(shown).catch((answer) => answer)).status;

// J-7, P2
test("a session is known by cookie and by token without asking, and refused by both when it was ended", async () => {
  const [here, there] = [new JarFetch(target.baseURL), new JarFetch(target.baseURL)];
  const who = { email: "ada@example.com", password: PASSWORD };
  await post(there, "/sign-up/email", { name: "Ada", ...who });
  await post(here, "/sign-in/email", who);
  const { access_token: token } = await post(there, "/token");
  const [cookies, bearer] = [asShown(there), new Headers({ authorization: `Bearer ${token}` })];
  const found = await verifier.require(cookies, { fresh: true });
  assert.equal(found.user.email, who.email);
  assert.equal((await verifier.require(bearer)).userId, found.userId);
  const { asked } = verifier.counts();
  await post(here, "/revoke-other-sessions");
  for (const shown of [cookies, bearer]) {
    await eventually(async () => (await verifier.check(shown)) === null, { what: "the refusal" });
    assert.equal(await refused(shown), 401);
  }
  assert.ok(await verifier.check(asShown(here)));
  assert.equal(verifier.counts().asked, asked, "it was told, and did not ask");
});

// P2
test("while the server is down nobody passes", async () => {
  const network = new JarFetch(target.baseURL);
  await post(network, "/sign-up/email", { name: "Eve", email: "eve@example.com", password: PASSWORD });
  const shown = asShown(network);
  assert.ok(await verifier.check(shown));
  await target.stop();
  await eventually(() => !verifier.hears(), { what: "the silence" });
  assert.equal(await refused(shown), 503);
  await assert.rejects(verifier.check(shown), { name: "SessionProblem" });
});
