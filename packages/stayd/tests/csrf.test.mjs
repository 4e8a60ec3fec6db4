// Tokens against a real server that speaks only their protocol, without a browser. With one: e2e/tests/csrf.test.mjs.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";
import { source } from "./source.mjs";
import { createJar, startTokenServer } from "./token-server.mjs";

const { createCsrf, csrf } = await source("csrf");
let server;
let jar;
before(async () => (server = await startTokenServer()));
after(() => server.close());
beforeEach(() => {
  jar = createJar();
  server.taken();
});

const options = (more = {}) => ({
  url: `${server.origin}/api`,
  init: "POST /session/init",
  cookies: ["csrf_token"],
  network: jar.fetch,
  readCookies: jar.read,
  ...more,
});
const remove = (tokens) => tokens.fetch(`${server.origin}/api/items/1`, { method: "DELETE" });

test("a token in the cookie is taken without a request (TC-2)", async () => {
  const first = createCsrf(options());
  assert.equal(await first.ensure(), true);
  assert.deepEqual(server.taken(), ["POST /api/session/init"]);
  const second = createCsrf(options());
  assert.equal(second.get(), null);
  assert.equal(await second.ensure(), true);
  assert.equal(second.get(), first.get());
  assert.deepEqual(server.taken(), []);
});

test("ten who need a token at once ask for one", async () => {
  const tokens = createCsrf(options());
  assert.deepEqual(new Set(await Promise.all(Array.from({ length: 10 }, () => tokens.ensure()))), new Set([true]));
  assert.deepEqual(server.taken(), ["POST /api/session/init"]);
});

test("a token in any JSON answer is taken before the page has the answer (TC-3)", async () => {
  const tokens = createCsrf(options());
  await tokens.ensure();
  const heard = [];
  tokens.listen((token) => heard.push(token));
  const answer = await (await tokens.fetch(`${server.origin}/api/fresh`)).json();
  assert.equal(tokens.value, answer.data.csrf_token);
  assert.deepEqual(heard, [answer.data.csrf_token]);
});

test("a listener that throws is reported, and neither the page's request nor another listener misses anything", async (t) => {
  const reported = [];
  globalThis.reportError = (thrown) => reported.push(thrown.message);
  t.after(() => delete globalThis.reportError);
  const tokens = createCsrf(options());
  await tokens.ensure();
  const heard = [];
  tokens.listen(() => {
    throw new Error("the page's own");
  });
  tokens.listen((token) => heard.push(token));
  const answer = await (await tokens.fetch(`${server.origin}/api/fresh`)).json();
  assert.deepEqual(heard, [answer.data.csrf_token]);
  assert.deepEqual(reported, ["the page's own"]);
});

test("DELETE carries the token, GET does not, and another origin never sees it", async () => {
  const elsewhere = await startTokenServer();
  try {
    const tokens = createCsrf(options());
    assert.equal((await remove(tokens)).status, 200);
    await tokens.fetch(new Request(`${server.origin}/api/items/1`, { method: "PATCH", body: "{}" }));
    await tokens.fetch(`${server.origin}/api/session`);
    await tokens.fetch(`${elsewhere.origin}/api/items/1`, { method: "POST" });
    const sent = server.requests.map(({ route, token }) => [route, token === tokens.get()]);
    assert.deepEqual(sent, [
      ["POST /api/session/init", false],
      ["DELETE /api/items/1", true],
      ["PATCH /api/items/1", true],
      ["GET /api/session", false],
    ]);
    assert.deepEqual(elsewhere.requests, [{ route: "POST /api/items/1", token: undefined }]);
  } finally {
    elsewhere.close();
  }
});

test("a refusal is cured by the cookie, then by the server, and only then told (TC-4)", async () => {
  const told = [];
  const decisions = [];
  const tokens = createCsrf(options({ refused: (error) => told.push(error), debug: (decision) => decisions.push(decision) }));
  await tokens.ensure();
  server.taken();
  decisions.splice(0);

  // Another tab brings a new cookie while the request is under way.
  const late = createCsrf(
    options({
      readCookies: () => (server.requests.length ? jar.read() : "csrf_token=old"),
      debug: (decision) => decisions.push(decision),
    }),
  );
  assert.equal((await remove(late)).status, 200);
  assert.deepEqual(server.taken(), ["DELETE /api/items/1", "DELETE /api/items/1"]);
  assert.deepEqual(decisions.splice(0), [
    "cookie: taken",
    "sent with a token",
    "cookie: taken",
    "refused: again with the cookie's token",
    "sent with a token",
  ]);

  // The cookie is as wrong as what was sent: the server is asked.
  jar.cookies.set("csrf_token", { value: "wrong" });
  assert.equal((await remove(tokens)).status, 200);
  assert.deepEqual(server.taken(), ["DELETE /api/items/1", "POST /api/session/init", "DELETE /api/items/1"]);
  assert.equal(decisions.includes("refused: again with a new token"), true);
  assert.deepEqual(told, []);

  // Nothing helps: this browser sends no cookie with changes.
  const blind = (input, init) => (init?.method === "DELETE" ? fetch(input, init) : jar.fetch(input, init));
  const hopeless = createCsrf(options({ network: blind, refused: (error) => told.push(error) }));
  assert.equal((await remove(hopeless)).status, 403);
  assert.deepEqual(server.taken(), ["DELETE /api/items/1", "POST /api/session/init", "DELETE /api/items/1"]);
  assert.deepEqual(told, [{ code: "CSRF_ERROR", message: "Invalid CSRF token", status: 403 }]);
});

test("a server without tokens is asked once, and once more when it refuses for want of one", async () => {
  const tokens = createCsrf(options({ init: "GET /nowhere" }));
  assert.equal(await tokens.ensure(), false);
  assert.equal((await remove(tokens)).status, 403);
  assert.equal(await tokens.ensure(), false);
  assert.deepEqual(server.taken(), ["GET /api/nowhere", "DELETE /api/items/1", "GET /api/nowhere"]);
});

test("nothing is logged unless it is asked for, and no token is in the log (TC-7)", async (t) => {
  const written = ["log", "debug", "info", "warn", "error"].map((name) => t.mock.method(console, name, () => {}));
  const silent = createCsrf(options());
  await remove(silent);
  assert.deepEqual(written.map(({ mock }) => mock.callCount()), [0, 0, 0, 0, 0]);
  const decisions = [];
  const talkative = createCsrf(options({ debug: (decision) => decisions.push(decision) }));
  await remove(talkative);
  assert.deepEqual(decisions, ["cookie: taken", "sent with a token"]);
  assert.equal(decisions.join().includes(talkative.get()), false);
});

test("listeners hear of real changes only, and no more once they have stopped", async () => {
  const tokens = createCsrf(options());
  const heard = [];
  const stop = tokens.subscribe((token) => heard.push(token));
  tokens.adopt("a");
  tokens.adopt("a");
  tokens.adopt("");
  stop();
  tokens.adopt("b");
  assert.deepEqual(heard, [null, "a"]);
});

test("the backend signs in and out, and a visitor costs one request", async () => {
  const backend = csrf({
    ...options(),
    session: "GET /session",
    signIn: "POST /login",
    signOut: "DELETE /session",
  });
  const { signal } = new AbortController();
  assert.deepEqual(await backend.check(signal), { kind: "nobody" });
  assert.deepEqual(server.taken(), ["POST /api/session/init"]);

  const declined = await backend.signIn({ password: "wrong" }, signal);
  assert.deepEqual(declined, { kind: "declined", error: { code: "WRONG_PASSWORD", message: "Wrong", status: 401 } });
  const signedIn = await backend.signIn({ password: "right" }, signal);
  assert.equal(signedIn.kind, "session");
  assert.deepEqual([signedIn.userId, signedIn.data.user.name], ["u1", "Ada"]);
  assert.ok(signedIn.endsIn > 1_790_000 && signedIn.renewsIn < signedIn.endsIn);
  assert.equal((await backend.check(signal)).kind, "session");
  assert.deepEqual(server.taken(), ["POST /api/login", "POST /api/login", "GET /api/session"]);

  assert.deepEqual(await backend.signOut(signal), { kind: "nobody" });
  assert.deepEqual(server.taken(), ["DELETE /api/session"]);
  assert.equal(backend.tokens.sync(), false);
  assert.equal(backend.tokens.get(), null);
});

test("a sign-in that is granted and leaves nobody signed in is declined; whoever signs up may have to confirm first", async () => {
  const { signal } = new AbortController();
  const backend = csrf({ ...options(), session: "GET /session", signIn: "POST /items/1", signUp: "PUT /items/1" });
  assert.deepEqual(await backend.signIn({}, signal), { kind: "declined", error: { code: "no-session", message: "Session: no-session" } });
  assert.deepEqual(await backend.signUp({}, signal), { kind: "nobody" });
});

test("a change that bears a picture is not kept alive, of which a browser takes 64 KiB and no more", async () => {
  const kept = [];
  const network = (input, init) => (kept.push([init.method, init.keepalive]), jar.fetch(input, init));
  const { signal } = new AbortController();
  const backend = csrf({ ...options({ network }), signIn: "POST /login", update: "PATCH /items/1", signOut: "DELETE /session" });
  await backend.tokens.init();
  kept.length = 0;
  await backend.signIn({ password: "right" }, signal);
  await backend.update({ image: "x".repeat(100_000) }, signal);
  await backend.signOut(signal);
  assert.deepEqual(kept, [["POST", true], ["PATCH", false], ["DELETE", true]]);
});

test("a server that knows visitors alone is asked nothing once the cookie is there", async () => {
  const { signal } = new AbortController();
  assert.deepEqual(await csrf(options()).check(signal), { kind: "nobody" });
  const again = csrf(options());
  assert.deepEqual(await again.check(signal), { kind: "nobody" });
  assert.deepEqual(server.taken(), ["POST /api/session/init"]);
});

test("a server that has no tokens is asked who is signed in all the same, and for a token once", async () => {
  const asked = [];
  const network = async (address) => {
    asked.push(new URL(address).pathname);
    return address.endsWith("/session/init") ? new Response(null, { status: 404 }) : Response.json({ user: { id: "u1" } });
  };
  const backend = csrf(options({ network, readCookies: () => "", session: "GET /session" }));
  const { signal } = new AbortController();
  for (let i = 0; i < 2; i++) assert.equal((await backend.check(signal)).kind, "session");
  assert.deepEqual(asked, ["/api/session/init", "/api/session", "/api/session"]);
});

test("who is no visitor is said by 401 or null, or as the page says", async () => {
  const { signal } = new AbortController();
  const network = async () => Response.json({ detail: "Authentication credentials were not provided." }, { status: 403 });
  const of = (more) => csrf(options({ network, readCookies: () => "csrf_token=a", session: "GET /session", ...more }));
  assert.equal((await of({}).check(signal)).kind, "failed");
  assert.equal((await of({ isVisitor: ({ status }, body) => status === 403 && "detail" in body }).check(signal)).kind, "nobody");
});

test("an end that is made up changes what is shown seldom, and what is left always", async (t) => {
  let now = Date.now();
  t.mock.method(Date, "now", () => now);
  let user = { id: "u1", name: "Ada" };
  const network = async () => Response.json({ user });
  const backend = csrf(options({ network, readCookies: () => "csrf_token=a", session: "GET /session", lifetime: 1000 }));
  const check = () => backend.check(new AbortController().signal);
  const first = await check();
  now += 400_000;
  const second = await check();
  assert.deepEqual([second.data === first.data, second.endsIn], [true, 1_000_000]);
  now += 200_000;
  const third = await check();
  assert.equal(Date.parse(third.data.session.expiresAt), now + 1_000_000);
  user = { id: "u1", name: "Ada L." };
  assert.equal((await check()).data.user.name, "Ada L.");
});

test("a server that cannot be reached ends nobody's session", async () => {
  const unreachable = csrf(options({ network: () => Promise.reject(new TypeError("failed")), session: "GET /session" }));
  assert.equal((await unreachable.check(new AbortController().signal)).kind, "failed");
});

for (const [what, offset] of [["a day fast", 86_400_000], ["a day slow", -86_400_000]]) {
  for (const told of ["tells its time", "does not let its time be read"]) {
    test(`a clock that is ${what} signs nobody out where the server ${told}`, async (t) => {
      const now = Date.now();
      const session = { id: "s1", userId: "u1", expiresAt: new Date(now + 1_800_000).toISOString() };
      const headers = told === "tells its time" ? { date: new Date(now).toUTCString() } : {};
      t.mock.method(Date, "now", () => now + offset);
      for (const begins of [false, true]) {
        for (const end of [{ session }, {}]) {
          const body = { data: { user: { id: "u1", name: "Ada" }, csrf_token: "a", ...end } };
          const network = async () => Response.json(body, { headers });
          const backend = csrf(options({ network, readCookies: () => (begins ? "" : "csrf_token=a"), session: "GET /session" }));
          const { kind, endsIn } = await backend.check(new AbortController().signal);
          assert.equal(kind, "session");
          // Where nobody tells the time, a slow clock takes the end to be later than it is; the server knows better when it comes.
          assert.ok(endsIn > 1_790_000 && endsIn < 1_810_000 + Math.max(-offset, 0), `${endsIn}`);
          if (headers.date) assert.ok(endsIn < 1_810_000, `${endsIn}`);
        }
      }
    });
  }
}

test("a session that is over by the server's own clock is none", async () => {
  const now = Date.now();
  const body = { data: { user: { id: "u1" }, session: { id: "s1", userId: "u1", expiresAt: new Date(now - 5000).toISOString() } } };
  const network = async () => Response.json(body, { headers: { date: new Date(now).toUTCString() } });
  const backend = csrf(options({ network, readCookies: () => "csrf_token=a", session: "GET /session" }));
  assert.equal((await backend.check(new AbortController().signal)).kind, "failed");
});

test("an end that the page makes up counts from the server's time", async () => {
  const date = new Date("2001-01-01T00:00:00Z");
  const network = async () => Response.json({ who: "u1" }, { headers: { date: date.toUTCString() } });
  const read = ({ who }, now) => ({ user: { id: who }, session: { id: who, userId: who, expiresAt: new Date(now + 60_000).toISOString() } });
  const backend = csrf(options({ network, read, readCookies: () => "csrf_token=a", session: "GET /session" }));
  assert.equal((await backend.check(new AbortController().signal)).endsIn, 60_000);
});

test("what is no token in a cookie or an answer is passed over, and a change is made all the same", async () => {
  const planted = ["csrf_tokenX", "=csrf_tokenX", "csrf_token=a%0ab", "csrf_token=caf%C3%A9", "csrf_token="];
  const tokens = createCsrf(options({ readCookies: () => [...planted, jar.read()].join("; ") }));
  assert.equal(tokens.sync(), false);
  tokens.adopt("a\nb");
  assert.equal(tokens.get(), null);
  assert.equal((await remove(tokens)).status, 200);
});

test("what is no token in the cookie of a plain page keeps nobody from signing in or out", async (t) => {
  const { stayd } = await source("backends/stayd");
  t.after(() => delete globalThis.document);
  const sent = [];
  const backend = stayd("/api/auth", async (_, { headers }) => (sent.push(new Headers(headers).get("x-csrf-token")), Response.json({})));
  for (const cookie of ["better-auth.csrf_token=\u20ac", "better-auth.csrf_token=salt.mac; other=1"]) {
    globalThis.document = { cookie };
    assert.equal((await backend.signOut(new AbortController().signal)).kind, "nobody");
  }
  assert.deepEqual(sent, [null, "salt.mac"]);
});

test("what the page does with a decision or a refusal is its own mistake", async (t) => {
  const reported = [];
  globalThis.reportError = (thrown) => reported.push(thrown.message);
  t.after(() => delete globalThis.reportError);
  const wrong = (what) => {
    throw new Error(what?.code ? "refused" : "debug");
  };
  const refusing = async () => Response.json({ code: "CSRF" }, { status: 403 });
  const tokens = createCsrf(options({ network: refusing, readCookies: () => "csrf_token=a", debug: wrong, refused: wrong }));
  assert.equal((await remove(tokens)).status, 403);
  assert.deepEqual(new Set(reported), new Set(["debug", "refused"]));
});

test("options that make no sense throw, with their name", () => {
  const senseless = { url: 5, cookies: "csrf_token", init: "GET", session: "me", signIn: "POST", lifetime: -1 };
  for (const [option, value] of Object.entries(senseless)) {
    const named = (error) => error instanceof TypeError && error.message.includes(option);
    assert.throws(() => csrf(options({ [option]: value })), named, option);
    if (["url", "cookies", "init"].includes(option)) assert.throws(() => createCsrf(options({ [option]: value })), named, option);
  }
});

test("a request for a token that is never answered holds no change for ever", async (t) => {
  t.mock.method(AbortSignal, "timeout", () => AbortSignal.abort(new Error("late")));
  const network = (input, { signal, method }) =>
    signal?.aborted ? Promise.reject(signal.reason) : String(input).endsWith("/init") ? new Promise(() => {}) : Promise.resolve(new Response(method));
  const answer = await remove(createCsrf(options({ network, readCookies: () => "" })));
  assert.equal(await answer.text(), "DELETE");
});

test("who gives up while a token is asked for waits no longer, and the others get theirs", async () => {
  let answer;
  const sent = [];
  const network = (input, init) => {
    if (String(input).endsWith("/init")) return new Promise((resolve) => (answer = () => resolve(Response.json({ data: { csrf_token: "a" } }))));
    sent.push(new Request(input, init).headers.get("x-csrf-token"));
    return Promise.resolve(new Response());
  };
  const tokens = createCsrf(options({ network, readCookies: () => "" }));
  const [first, second] = [new AbortController(), new AbortController()];
  const place = `${server.origin}/api/items/1`;
  const early = tokens.fetch(place, { method: "DELETE", signal: first.signal });
  const its = tokens.fetch(new Request(place, { method: "DELETE", signal: second.signal }));
  const patient = remove(tokens);
  first.abort(new Error("late"));
  second.abort();
  await assert.rejects(early, { message: "late" });
  await assert.rejects(its, { name: "AbortError" });
  assert.deepEqual(sent, []);
  answer();
  assert.equal((await patient).status, 200);
  assert.deepEqual(sent, ["a"]);
});

test("who gives up while a refused change waits for a new token waits no longer", async () => {
  const life = new AbortController();
  let asked;
  const waits = new Promise((resolve) => (asked = resolve));
  const network = (input) => {
    if (!String(input).endsWith("/init")) return Promise.resolve(Response.json({ code: "CSRF" }, { status: 403 }));
    asked();
    return new Promise(() => {});
  };
  const tokens = createCsrf(options({ network, readCookies: () => "csrf_token=a" }));
  const change = tokens.fetch(`${server.origin}/api/items/1`, { method: "DELETE", signal: life.signal });
  await waits;
  life.abort(new Error("late"));
  await assert.rejects(change, { message: "late" });
});

test("a change that was given up before it began asks for no token", async () => {
  const asked = [];
  const tokens = createCsrf(options({ network: async (input) => (asked.push(input), new Response()), readCookies: () => "" }));
  const given = { method: "DELETE", signal: AbortSignal.abort(new Error("late")) };
  await assert.rejects(tokens.fetch(`${server.origin}/api/items/1`, given), { message: "late" });
  assert.deepEqual(asked, []);
});

test("a signal that outlives many changes is listened to by none that is over", async () => {
  const { signal } = new AbortController();
  const network = async (input) => (String(input).endsWith("/init") ? Response.json({ data: { csrf_token: "a" } }) : new Response());
  const tokens = createCsrf(options({ network, readCookies: () => "" }));
  const change = tokens.fetch(`${server.origin}/api/items/1`, { method: "DELETE", signal });
  assert.equal(getEventListeners(signal, "abort").length, 1);
  await change;
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("a change that is to say nothing of where it comes from says nothing beside a token either", async () => {
  const sent = [];
  const network = async (input, init) => (sent.push(new Request(input, init)), new Response(null, { status: 204 }));
  const tokens = createCsrf(options({ network, readCookies: () => "csrf_token=a" }));
  await tokens.fetch(new Request(`${server.origin}/api/note`, { method: "POST", referrerPolicy: "no-referrer" }));
  assert.deepEqual([sent.at(-1).referrerPolicy, sent.at(-1).headers.get("x-csrf-token")], ["no-referrer", "a"]);
});

test("an answer in pieces without an end is given to the page at once", async () => {
  const endless = () => new Response(new ReadableStream({}), { headers: { "content-type": "application/json-seq" } });
  const tokens = createCsrf(options({ network: async () => endless(), readCookies: () => "" }));
  assert.equal((await tokens.fetch(`${server.origin}/api/feed`)).status, 200);
});

test("a page that stands in the server's place is not taken for a sign-out", async () => {
  const page = async () => new Response("<html>", { headers: { "content-type": "text/html" } });
  const backend = csrf(options({ network: page, readCookies: () => "csrf_token=a", signOut: "DELETE /session" }));
  assert.equal((await backend.signOut(new AbortController().signal)).kind, "failed");
  const empty = csrf(options({ network: async () => new Response(null, { status: 204 }), readCookies: () => "csrf_token=a", signOut: "DELETE /session" }));
  assert.equal((await empty.signOut(new AbortController().signal)).kind, "nobody");
});

test("a page that wants all of it carries 3.1 KB, and no other carries any", async () => {
  const dist = (name) => readFile(new URL(`../dist/${name}`, import.meta.url));
  const size = gzipSync(await dist("csrf.js"), { level: 9 }).length;
  assert.ok(size <= 3200, `${size} bytes`);
  assert.doesNotMatch(String(await dist("index.js")), /GET \/csrf|refused: /);
});
