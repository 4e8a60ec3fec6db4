// What is asked of the server, and what becomes of its answers: a scripted one, over real HTTP.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { source } from "./source.mjs";
import { CACHES, NOW, OTHER_SECRET, SECRET, SIGNED, compact, payload, sign } from "./server-vectors.mjs";

const { SessionProblem, finish, staydServer } = await source("server");
const SOMEBODY = { session: { id: "S1", userId: "U1", expiresAt: "2026-01-09T03:04:05.678Z", token: "secret" }, user: { id: "U1", name: "Ada" } };
const TOKEN_COOKIE = `better-auth.session_token=${SIGNED}`;

let http, url, answer, heard, problems;
const say = (body, { status = 200, type = "application/json", ...headers } = {}) => (answer = { body, status, headers: { "content-type": type, ...headers } });

before(async () => {
  http = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    heard.push({ method: request.method, path: request.url, headers: request.headers, body: Buffer.concat(pieces).toString() });
    if (!answer) return;
    response.writeHead(answer.status, answer.headers).end(typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body));
  }).listen(0, "127.0.0.1");
  await once(http, "listening");
  url = `http://127.0.0.1:${http.address().port}/api/auth`;
});
after(() => (http.closeAllConnections(), http.close()));
beforeEach(() => {
  heard = [];
  problems = [];
  say(SOMEBODY);
});

const serverWith = (options = {}) =>
  staydServer({ url, secret: SECRET, now: () => NOW, onProblem: (problem) => problems.push(problem), ...options });
const requestWith = (cookie, { path = "/", headers, ...init } = {}) =>
  new Request(`http://app.test${path}`, { ...init, headers: { ...(cookie && { cookie }), ...headers } });
const codes = () => problems.map(({ code }) => code);

test("the server is asked with the session's cookies alone, and its answer has no token", async () => {
  const request = requestWith(`theme=dark; ${TOKEN_COOKIE}; better-auth.dont_remember=true.x; __Secure-other=1`, { headers: { "user-agent": "Firefox", authorization: "Basic x" } });
  const { data } = await serverWith().read(request, { address: "203.0.113.9" });
  assert.deepEqual(data, { session: { id: "S1", userId: "U1", expiresAt: SOMEBODY.session.expiresAt }, user: SOMEBODY.user });
  const [{ path, headers }] = heard;
  assert.equal(path, "/api/auth/get-session");
  assert.equal(headers.cookie, `${TOKEN_COOKIE}; better-auth.dont_remember=true.x`);
  assert.equal(headers["user-agent"], "Firefox");
  assert.equal(headers["x-forwarded-for"], "203.0.113.9");
  assert.equal(headers.authorization, undefined);
});

test("the same request is read once, and another one again", async () => {
  const server = serverWith();
  const request = requestWith(TOKEN_COOKIE);
  await Promise.all([server.read(request), server.session(request), server.guard(request), server.requireSession(request)]);
  assert.equal(heard.length, 1);
  await server.read(requestWith(TOKEN_COOKIE));
  assert.equal(heard.length, 2);
});

test("whoever cannot send cookies on renews nothing, and what is renewed already is not asked for again", async () => {
  const server = serverWith();
  const [alone, both] = [requestWith(TOKEN_COOKIE), requestWith(TOKEN_COOKIE)];
  await server.session(alone);
  await server.requireSession(alone);
  await server.respond(both, {}, async () => {
    await server.session(both);
    await server.session(both, { fresh: true });
    return new Response("page");
  });
  const asked = ["?disableRefresh=true", "", "?disableCookieCache=true&disableRefresh=true"];
  assert.deepEqual(heard.map(({ path }) => path), asked.map((query) => `/api/auth/get-session${query}`));
});

test("a fresh reading and one that may not renew say so", async () => {
  await serverWith().read(requestWith(TOKEN_COOKIE), { fresh: true, renew: false });
  assert.equal(heard[0].path, "/api/auth/get-session?disableCookieCache=true&disableRefresh=true");
});

test("the answer's cookies of the session go to the browser, and no others", async () => {
  say(SOMEBODY, { "set-cookie": ["better-auth.session_token=a.b; Path=/; HttpOnly", "other=1; Path=/", "__Secure-better-auth.session_data=c; Secure"] });
  const server = serverWith();
  const reading = await server.read(requestWith(TOKEN_COOKIE));
  assert.deepEqual(reading.setCookies, ["better-auth.session_token=a.b; Path=/; HttpOnly", "__Secure-better-auth.session_data=c; Secure"]);
  const page = finish(new Response("hello", { headers: { "set-cookie": "theme=dark" } }), reading);
  assert.equal(page.headers.getSetCookie().length, 3);
  assert.equal(page.headers.get("cache-control"), "private, no-cache");
  assert.equal(page.headers.get("vary"), "Cookie");
  assert.equal(await page.text(), "hello");
});

test("nobody, in each of the protocol's words, is nobody, and the clearing of cookies reaches the browser", async () => {
  for (const [body, status] of [[null, 200], [{ session: null, user: null }, 200], [{ code: "UNAUTHORIZED" }, 401]]) {
    say(body, { status, "set-cookie": "better-auth.session_token=; Max-Age=0" });
    const { data, setCookies } = await serverWith().read(requestWith(TOKEN_COOKIE));
    assert.equal(data, null);
    assert.equal(setCookies.length, 1);
  }
  assert.deepEqual(codes(), []);
});

for (const [what, body, options, received] of [
  ["a page", "<html>", { type: "text/html" }, "200 text/html"],
  ["another shape", { loggedIn: true }, {}, "200 application/json"],
  ["a session without a person", { session: SOMEBODY.session, user: null }, {}, "200 application/json"],
  ["a text", '"yes"', {}, "200 application/json"],
  ["no such route", "Not found", { status: 404, type: "text/plain" }, "404 text/plain"],
  ["a proxy's demand for a password", "<html>", { status: 401, type: "text/html" }, "401 text/html"],
  ["a redirect", "", { status: 302, location: "https://login.test/" }, "302 application/json"],
]) {
  test(`a server that answers ${what} is named as one of another protocol, with what was expected`, async () => {
    say(body, options);
    const server = serverWith();
    const { data, problem } = await server.read(requestWith(TOKEN_COOKIE));
    assert.equal(data, undefined);
    assert.ok(problem instanceof SessionProblem);
    assert.equal(problem.code, "another-protocol");
    assert.match(problem.message, /expected JSON as Stayd and Better Auth answer it/);
    assert.equal(problem.received, received);
    await assert.rejects(server.session(requestWith(TOKEN_COOKIE)), { code: "another-protocol" });
    assert.deepEqual(codes(), ["another-protocol"]);
  });
}

test("a server that is away or busy makes nobody signed out, and is told of once until it is back", async () => {
  const server = serverWith({ timeout: 2 });
  say("", { status: 503, "retry-after": "7" });
  const busy = await server.guard(requestWith(TOKEN_COOKIE, { headers: { accept: "text/html" } }));
  assert.equal(busy.response.status, 503);
  assert.equal(busy.response.headers.get("retry-after"), "7");
  await server.read(requestWith(TOKEN_COOKIE));
  assert.deepEqual(codes(), ["unavailable"]);
  answer = null;
  assert.equal((await server.read(requestWith(TOKEN_COOKIE))).data, undefined);
  assert.deepEqual(codes(), ["unavailable", "unreachable"]);
  say(SOMEBODY);
  assert.ok(await server.session(requestWith(TOKEN_COOKIE)));
  say("", { status: 429 });
  await server.read(requestWith(TOKEN_COOKIE));
  assert.deepEqual(codes(), ["unavailable", "unreachable", "unavailable"]);
});

test("a server that does not serve the host is told of with what to change", async () => {
  say("", { status: 421 });
  await serverWith().read(requestWith(TOKEN_COOKIE));
  assert.match(problems[0].message, /add it to `hosts`/);
});

test("a token that has just been replaced is no problem to tell of", async () => {
  say({ code: "SESSION_SUPERSEDED" }, { status: 409 });
  const { data, problem } = await serverWith().read(requestWith(TOKEN_COOKIE));
  assert.deepEqual([data, problem.code, codes()], [undefined, "superseded", []]);
});

test("a wrong secret is told of once, and people stay signed in", async () => {
  const server = serverWith({ secret: OTHER_SECRET });
  for (let times = 0; times < 5; times++) assert.equal((await server.read(requestWith(TOKEN_COOKIE))).data.user.id, "U1");
  assert.deepEqual(codes(), ["wrong-secret"]);
  assert.doesNotMatch(problems[0].message, /kX3v|test-secret/);
});

test("without onProblem it is told on the console", async (t) => {
  const lines = t.mock.method(console, "error", () => {});
  const server = serverWith({ secret: OTHER_SECRET, onProblem: undefined });
  await server.read(requestWith(TOKEN_COOKIE));
  await server.read(requestWith(TOKEN_COOKIE));
  assert.equal(lines.mock.callCount(), 1);
  assert.match(lines.mock.calls[0].arguments[0], /^stayd: The secret here is not the one/);
});

test("a stranger's cookies have the server asked once in ten seconds, and are nobody whatever comes", async () => {
  let now = NOW;
  const server = serverWith({ now: () => now });
  const forged = `better-auth.session_token=${sign("made-up", OTHER_SECRET)}`;
  say(null);
  for (let times = 0; times < 50; times++) assert.equal((await server.read(requestWith(forged))).data, null);
  assert.equal(heard.length, 1);
  now += 10_000;
  say("<html>", { type: "text/html" });
  assert.equal((await server.read(requestWith(forged))).data, null);
  assert.equal(heard.length, 2);
  assert.deepEqual(codes(), []);
});

test("requests that come together with a wrong secret all get the same right answer, and it is told once", async () => {
  const server = serverWith({ secret: OTHER_SECRET });
  const cookies = Array.from({ length: 10 }, (_, number) => `better-auth.session_token=${sign(`token${number % 4}`)}`);
  const readings = await Promise.all(cookies.map((cookie) => server.read(requestWith(cookie))));
  assert.deepEqual(readings.map(({ data }) => data?.user.id), Array(10).fill("U1"));
  assert.deepEqual(codes(), ["wrong-secret"]);
});

test("a stranger who comes first hides no wrong secret from those who come with him", async () => {
  const known = await serverWith().session(requestWith(TOKEN_COOKIE));
  const stranger = `better-auth.session_token=${sign("made-up", "made-up")}`;
  const network = (address, init) => (init.headers.cookie === stranger ? Promise.resolve(Response.json(null)) : fetch(address, init));
  const server = serverWith({ secret: OTHER_SECRET, fetch: network });
  const readings = await Promise.all([stranger, TOKEN_COOKIE, stranger, TOKEN_COOKIE].map((cookie) => server.read(requestWith(cookie))));
  assert.deepEqual(readings.map(({ data }) => data), [null, known, null, known]);
  assert.deepEqual(codes(), ["wrong-secret"]);
});

test("with a wrong secret a server that is away is a matter of trying again, and not of signing in", async () => {
  const server = serverWith({ secret: OTHER_SECRET });
  await server.read(requestWith(TOKEN_COOKIE));
  say("", { status: 503 });
  const { response } = await server.guard(requestWith(TOKEN_COOKIE, { headers: { accept: "text/html" } }));
  assert.equal(response.status, 503);
  await server.read(requestWith(TOKEN_COOKIE));
  assert.deepEqual(codes(), ["wrong-secret", "unavailable"]);
});

test("however many strangers come, the server is asked five times in ten seconds", async () => {
  say(null);
  const server = serverWith();
  const read = (number) => server.read(requestWith(`better-auth.session_token=${sign(`made-up-${number}`, OTHER_SECRET)}`));
  const readings = await Promise.all(Array.from({ length: 50 }, (_, number) => read(number)));
  for (let number = 0; number < 50; number++) readings.push(await read(number));
  assert.ok(readings.every(({ data }) => data === null));
  assert.equal(heard.length, 5);
});

test("a guard sends those who look at a page to sign in, and refuses programs", async () => {
  const server = serverWith();
  const html = { headers: { accept: "text/html" } };
  const away = await server.guard(requestWith("", { path: "/account?tab=2", ...html }), { to: "/in" });
  assert.deepEqual([away.response.status, away.response.headers.get("location")], [303, "/in?next=%2Faccount%3Ftab%3D2"]);
  assert.equal(away.response.headers.get("cache-control"), "no-store");
  for (const init of [{}, { method: "POST", ...html }, { headers: { accept: "text/html", "sec-fetch-mode": "cors" } }]) {
    const refused = await server.guard(requestWith("", init));
    assert.equal(refused.response.status, 401);
    assert.deepEqual(await refused.response.json(), { code: "UNAUTHORIZED", message: "Unauthorized" });
  }
  assert.equal((await server.guard(requestWith(TOKEN_COOKIE))).data.user.id, "U1");
  await assert.rejects(server.requireSession(requestWith("", html)), (thrown) => thrown instanceof Response && thrown.status === 303);
});

test("a sign-in page of another site opens no page of this one, and the one of this site is open", async () => {
  const respond = async (path, to) => {
    const { status } = await serverWith().respond(requestWith("", { path }), { guard: ["/"], to }, () => new Response("page"));
    return status;
  };
  assert.equal(await respond("/", "https://login.test/"), 401);
  assert.equal(await respond("/in", "https://login.test/in"), 401);
  assert.equal(await respond("/in", "https://app.test/in"), 200);
  assert.equal(await respond("/in", "/in"), 200);
});

test("no shared cache keeps an answer that sets a cookie of the session, whatever the page says", () => {
  const caching = (said, setCookies) => finish(new Response("", { headers: { "cache-control": said } }), { data: null, setCookies }).headers.get("cache-control");
  assert.equal(caching("public, max-age=60", ["better-auth.session_token=a.b"]), "private, no-cache");
  assert.equal(caching("private, max-age=60", ["better-auth.session_token=a.b"]), "private, max-age=60");
  assert.equal(caching("public, max-age=60", []), "public, max-age=60");
});

test("an address of the server with a password in it is refused, and not repeated", () => {
  for (const address of ["http://me:hidden@auth.test", "http://:hidden@auth.test"]) {
    assert.throws(() => serverWith({ url: address }), ({ message }) => message.includes("url must be") && !message.includes("hidden"));
  }
});

test("whoever signs in goes back where they wanted to go, if it is on this site", () => {
  const server = serverWith();
  assert.equal(server.returnPath(requestWith("", { path: "/in?next=/account" })), "/account");
  assert.equal(server.returnPath(requestWith("", { path: "/in?next=//evil.test" })), "/");
  assert.equal(server.returnPath(requestWith("", { path: "/in?back=https://evil.test" }), { parameter: "back", otherwise: "/home" }), "/home");
});

test("session data that is good asks nobody", async () => {
  const request = requestWith(`${TOKEN_COOKIE}; better-auth.session_data=${CACHES.compact}`);
  assert.ok((await serverWith().read(request)).data);
  assert.ok((await serverWith().read(requestWith(`${TOKEN_COOKIE}; better-auth.session_data=${compact(payload())}`))).data);
  assert.equal(heard.length, 0);
});
