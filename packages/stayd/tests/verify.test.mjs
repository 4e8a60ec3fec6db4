// Access tokens and cookies checked in Node: the list that Rust and Python read as well, keys from a real server, and its silence.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { generateKeyPairSync, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, test } from "node:test";
import { source } from "./source.mjs";

const { staydVerifier } = await source("verify");
const list = JSON.parse(await readFile(new URL("../../../crates/stayd-verify/tests/vectors.json", import.meta.url), "utf8"));
const NOW = list.now * 1000;

/** A server that publishes `jwks()` and says `nobody` of cookies. */
async function publisher(jwks = () => list.jwks) {
  const seen = [];
  const server = createServer((request, response) => {
    seen.push(request.url);
    response.setHeader("content-type", "application/json");
    response.end(request.url.endsWith("/jwks") ? JSON.stringify(jwks()) : "null");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  after(() => server.close());
  return { url: `http://127.0.0.1:${server.address().port}/api/auth`, seen };
}

const verifierAt = (url, options) =>
  staydVerifier({ url, issuer: list.issuer, withoutFeed: true, now: () => NOW, onProblem: assert.fail, ...options });
/** Headers as they come, also such as no `Headers` would take. */
const shows = (name, value) => ({ headers: { get: (asked) => (asked === name ? value : null) } });
const bearer = (token) => shows("authorization", `Bearer ${token}`);
const { url, seen } = await publisher();

// J-1 to J-5, J-8, J-9
test("hostile tokens are refused with one answer, and good ones are not", async () => {
  const verifier = verifierAt(url, { secret: list.secret });
  const answers = new Set();
  for (const { name, token, accepted } of list.tokens) {
    // HTTP lets any number of blanks stand between the scheme and the token.
    if (name === "a blank before it") continue;
    const found = await verifier.check(bearer(token));
    assert.equal(!!found, accepted, name);
    if (accepted) assert.deepEqual([found.userId, found.sessionId], ["zoe", "session-1"], name);
    else {
      const refused = await verifier.require(bearer(token)).catch((response) => response);
      answers.add(JSON.stringify([refused.status, [...refused.headers], await refused.text()]));
    }
  }
  assert.deepEqual(answers.size, 1, [...answers].join("\n"));
  assert.equal(verifier.counts().keyFetches, 1);
});

test("cookies are read as the server reads them", async () => {
  for (const { name, token, data, means } of list.cookies) {
    const before = seen.length;
    const pairs = [["session_token", token], ["session_data", data]].filter(([, value]) => value);
    const cookie = pairs.map(([what, value]) => `better-auth.${what}=${value}`).join("; ");
    const found = await verifierAt(url, { secret: list.secret }).check(shows("cookie", cookie));
    assert.equal(found?.userId ?? null, means.startsWith("session") ? "zoe" : null, name);
    assert.equal(seen.length - before, means === "ask" ? 1 : 0, name);
    if (found) assert.deepEqual([found.sessionId, found.user.name], ["session-1", "Zoë"]);
  }
});

// C-13
test("what was found good in cookies opens nothing as a bearer token, and the other way round", async () => {
  const [{ token, data }, access] = [list.cookies[0], list.tokens[0].token];
  const verifier = verifierAt(url, { secret: list.secret });
  assert.ok(await verifier.check(shows("cookie", `better-auth.session_token=${token}; better-auth.session_data=${data}`)));
  assert.ok(await verifier.check(bearer(access)));
  assert.equal(await verifier.check(bearer(`${decodeURIComponent(token)} ${data}`)), null);
  assert.equal(await verifier.check(shows("cookie", `better-auth.session_token=${access}`)), null);
});

// J-2
test("no key is fetched from where a token says, and none is taken from a token", async () => {
  const trap = await publisher();
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const jwk = publicKey.export({ format: "jwk" });
  const encoded = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const claims = JSON.parse(Buffer.from(list.tokens[0].token.split(".")[1], "base64url"));
  const verifier = verifierAt(url);
  for (const header of [{ jku: trap.url }, { x5u: trap.url }, { jwk }, { x5c: ["AAAA"] }, { kid: trap.url }, { kid: "x".repeat(6000) }]) {
    const covered = `${encoded({ alg: "EdDSA", kid: list.jwks.keys[0].kid, typ: "at+jwt", ...header })}.${encoded(claims)}`;
    const token = `${covered}.${sign(null, Buffer.from(covered), privateKey).toString("base64url")}`;
    assert.equal(await verifier.check(bearer(token)), null, Object.keys(header)[0]);
  }
  assert.deepEqual(trap.seen, []);
});

// J-6
test("a storm of unknown keys causes one fetch", async () => {
  const server = await publisher();
  const verifier = verifierAt(server.url);
  const good = list.tokens[0].token;
  const { privateKey } = generateKeyPairSync("ed25519");
  const [, payload] = good.split(".");
  const storm = Array.from({ length: 200 }, (_, kid) => {
    const covered = `${Buffer.from(JSON.stringify({ alg: "EdDSA", kid: `k${kid}`, typ: "at+jwt" })).toString("base64url")}.${payload}`;
    return verifier.check(bearer(`${covered}.${sign(null, Buffer.from(covered), privateKey).toString("base64url")}`));
  });
  assert.ok((await Promise.all(storm)).every((found) => found === null));
  assert.ok(await verifier.check(bearer(good)));
  assert.deepEqual(server.seen, ["/api/auth/jwks"]);
});

// AA-1: else a thief of the session's cookie alone would pass here for a minute after each time its owner came by.
test("what was said of a session that is bound to its device holds for that device alone", async () => {
  const session = { id: "s", userId: "zoe", createdAt: "2026-01-01T00:00:00.000Z", expiresAt: "2999-01-01T00:00:00.000Z" };
  const server = createServer((request, response) => {
    if (request.url.endsWith("/revocations")) {
      response.setHeader("content-type", "text/event-stream");
      const begins = JSON.stringify({ before: 0, kept: 60_000, heartbeat: 60_000 });
      return void response.write(`event: begins\ndata: ${begins}\n\nevent: caught-up\ndata: {}\n\n`);
    }
    const isOwner = /better-auth\.device=mine/.test(request.headers.cookie);
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(isOwner ? { session, user: { id: "zoe" } } : null));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const verifier = staydVerifier({ url: `http://127.0.0.1:${server.address().port}/api/auth`, backend: { id: "a", secret: "b" } });
  for (const deadline = Date.now() + 20_000; !verifier.hears(); ) {
    assert.ok(Date.now() < deadline, "the feed is heard");
    await new Promise(setImmediate);
  }
  const check = (rest) => verifier.check(shows("cookie", `better-auth.session_token=t${rest}`));
  for (let time = 0; time < 2; time++) assert.equal((await check("; better-auth.device=mine"))?.userId, "zoe");
  assert.equal(verifier.counts().asked, 1);
  assert.equal(await check(""), null);
  assert.equal(await check("; better-auth.device=other"), null);
  // Whoever is signed in can vary what stands beside their token, and must not fill the memory with it.
  const long = `; better-auth.device=mine; better-auth.session_data=${"x".repeat(8192)}`;
  for (let time = 0; time < 2; time++) assert.ok(await check(long));
  assert.equal(verifier.counts().asked, 5);
  verifier.close();
  server.closeAllConnections();
  server.close();
});

test("where the server cannot be asked, nobody passes and the answer is 503", async () => {
  const told = [];
  const verifier = staydVerifier({
    url: "http://127.0.0.1:9/api/auth", issuer: list.issuer, backend: { id: "a", secret: "b" }, secret: list.secret, now: () => NOW,
    onProblem: (problem) => told.push(problem.code),
  });
  const cookie = `better-auth.session_token=${list.cookies[0].token}; better-auth.session_data=${list.cookies[0].data}`;
  for (const request of [shows("cookie", cookie), bearer(list.tokens[0].token)]) {
    const answer = await verifier.require(request).catch((response) => response);
    assert.deepEqual([answer.status, answer.headers.get("retry-after")], [503, "1"]);
    await assert.rejects(verifier.check(request), { name: "SessionProblem" });
  }
  verifier.close();
  assert.ok(told.includes("unreachable"));
});

test("options that cannot work are named, and no secret with them", () => {
  const fails = (options, name) =>
    assert.throws(() => staydVerifier({ url, ...options }), (error) => error instanceof TypeError && error.message.includes(name) && !/geheim/.test(error.message));
  fails({}, "backend");
  fails({ backend: { id: "a:b", secret: "geheim" } }, "backend");
  fails({ withoutFeed: true, whenDeaf: "shout" }, "whenDeaf");
});
