/** The comparison itself: it must see what differs, and must not see what cannot be the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compare } from "../lib/compare.mjs";
import { sign } from "../lib/cookies.mjs";
import { Names } from "../lib/names.mjs";
import { normalise } from "../lib/normalise.mjs";
import { keep } from "../lib/scenario.mjs";

const BASE = "http://127.0.0.1:4000";
const EXTRA = ["content-security-policy", "cross-origin-resource-policy", "referrer-policy", "vary", "x-content-type-options", "x-request-id"];
const theirs = (more = {}) => ({ status: 200, headers: {}, extraHeaders: [], cookies: {}, body: null, sessionToken: "none", ...more });
const ours = (more = {}) => theirs({ headers: { "cache-control": "no-store" }, extraHeaders: EXTRA, ...more });
const step = (normal, kept, elapsed = 0) => ({ label: "GET /x", normal, kept, origin: BASE, base: BASE, elapsed });

test("an answer that differs without an id is a failure", () => {
  assert.deepEqual(compare([step(theirs())], [step(ours())], false), ["D-02", "D-03"]);
  assert.throws(() => compare([step(theirs())], [step(ours({ status: 201 }))], false), /GET \/x/);
  assert.throws(() => compare([step(theirs())], [step(ours({ cookies: { a: "x" } }))], false), /GET \/x/);
});

test("a declared difference has to be there, and to be the declared one", () => {
  const gone = keep("D-99", { status: 413 });
  assert.deepEqual(compare([step(theirs())], [step(ours({ status: 413 }), gone)], false), ["D-02", "D-03", "D-99"]);
  assert.throws(() => compare([step(theirs())], [step(ours(), gone)], false), /nothing differs/);
  assert.throws(() => compare([step(theirs())], [step(ours({ status: 400 }), gone)], false), /D-99/);
});

test("a session cookie may lack the age that its session can have, and no more", () => {
  const cookie = (age) => ({ cookies: { "better-auth.session_token": `<session 1> (signed); Max-Age=${age}; Path=/` } });
  const against = (age, elapsed) => compare([step(theirs(cookie(604800)))], [step(ours(cookie(age)), undefined, elapsed)], false);
  assert.deepEqual(against(604800, 2.5), ["D-02", "D-03"]);
  assert.deepEqual(against(604798, 2.5), ["D-02", "D-03", "D-30"]);
  assert.throws(() => against(604797, 2.5), /GET \/x/);
  assert.throws(() => against(604801, 2.5), /GET \/x/);
});

test("the headers may be absent outside the base path alone, and only all of them", () => {
  const bare = (more) => [[{ ...step(theirs({ status: 404 })) }], [{ ...step(theirs({ status: 404, ...more })), outside: true }], false];
  assert.deepEqual(compare(...bare()), []);
  assert.throws(() => compare(...bare({ headers: { "cache-control": "no-store" } })), /GET \/x/);
  assert.throws(() => compare([step(theirs({ status: 404 }))], [step(theirs({ status: 404 }))], false), /GET \/x/);
});

test("a session that began with a redirect has one name, by the request that asks for it", () => {
  const names = new Names(BASE);
  const [token, id] = ["AbCdEfGhIjKlMnOpQrStUvWxYz012345", "HandleHandleHandleHandleHandle01"];
  const set = { status: 302, headers: [["set-cookie", `better-auth.session_token=${encodeURIComponent(sign(token))}; Path=/`]], body: Buffer.from("") };
  normalise(set, names, 0);
  const asked = (of) => normalise({
    status: 200, headers: [], body: Buffer.from(JSON.stringify({ session: { id: of, token: of, userId: "u", expiresAt: "x" } })),
  }, names, 0, token).body.session.id;
  assert.equal(asked(id), "<session 1>");
  assert.equal(asked("AnotherAnotherAnotherAnother0001"), "<session 2>", "a second id for the same token is another session");
});

test("between two references nothing may differ at all", () => {
  assert.deepEqual(compare([step(theirs())], [step(theirs())], true), []);
  assert.throws(() => compare([step(theirs())], [step(ours())], true), /GET \/x/);
});

test("a missing request is a failure", () => {
  assert.throws(() => compare([step(theirs()), step(theirs())], [step(theirs())], true), /the stories part/);
});

test("a secret in a body is seen, and has one name wherever it stands", () => {
  const token = "AbCdEfGhIjKlMnOpQrStUvWxYz012345";
  const cookie = `better-auth.session_token=${encodeURIComponent(sign(token))}; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax`;
  const answer = (body) => ({ status: 200, headers: [["content-type", "application/json"], ["set-cookie", cookie]], body: Buffer.from(JSON.stringify(body)) });
  const secret = normalise(answer({ token }), new Names(BASE), 0);
  const handle = normalise(answer({ token: "HandleHandleHandleHandleHandle01" }), new Names(BASE), 0);
  assert.deepEqual([secret.sessionToken, handle.sessionToken], ["secret", "handle"]);
  assert.deepEqual(secret.body, { token: "<session 1>" });
  assert.deepEqual(handle.body, secret.body);
  assert.equal(secret.cookies["better-auth.session_token"], "<session 1> (signed); Max-Age=604800; Path=/; HttpOnly; SameSite=Lax");
});

test("a wrong signature, a wrong lifetime and a wrong time are seen", () => {
  const answer = (value, age) => ({ status: 200, headers: [["set-cookie", `better-auth.session_token=${value}; Max-Age=${age}`]], body: Buffer.from("") });
  const cookies = (value, age) => normalise(answer(value, age), new Names(BASE), 0).cookies["better-auth.session_token"];
  assert.equal(cookies("token.AAAA", 1), "(badly signed); Max-Age=1");
  const names = new Names(BASE);
  assert.equal(names.string("1970-01-08T00:00:00.000Z", 0), "<now + 7 days>");
  assert.equal(names.string("1970-01-09T00:00:00.000Z", 0), "<now 11520 minutes>");
  assert.equal(names.string("1970-01-01T00:00:00Z", 0), "<odd time 1970-01-01T00:00:00Z>");
});
