// What is passed on to the server and what is not, over real HTTP.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, beforeEach, test } from "node:test";
import { source } from "./source.mjs";

const { staydServer } = await source("server");

let http, url, answer, heard, problems;
before(async () => {
  http = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const left = new Promise((resolve) => response.once("close", () => resolve(response.writableFinished)));
    heard.push({ method: request.method, path: request.url, headers: request.headers, body: Buffer.concat(pieces).toString(), left });
    answer(response);
    http.emit("heard");
  }).listen(0, "127.0.0.1");
  await once(http, "listening");
  url = `http://127.0.0.1:${http.address().port}/api/auth`;
});
after(() => (http.closeAllConnections(), http.close()));
beforeEach(() => {
  heard = [];
  problems = [];
  answer = (response) => response.end("{}");
});

const serverWith = (options = {}) => staydServer({ url, onProblem: ({ code }) => problems.push(code), ...options });
const requestTo = (path, { cookie, headers, ...init } = {}) => new Request(`http://app.test${path}`, { ...init, headers: { ...(cookie && { cookie }), ...headers } });

test("requests below the base path are passed on with method, body and origin, and their answers come back whole", async () => {
  answer = (response) => response.writeHead(201, { "set-cookie": ["a=1", "b=2"], "content-type": "application/json" }).end('{"ok":true}');
  const headers = { origin: "http://app.test", "x-forwarded-for": "6.6.6.6", forwarded: "for=6.6.6.6" };
  const response = await serverWith().forward(requestTo("/api/auth/sign-in/email?x=1", { method: "POST", body: '{"a":1}', headers }));
  assert.equal(response.status, 201);
  assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assert.deepEqual(await response.json(), { ok: true });
  const [sent] = heard;
  assert.deepEqual([sent.method, sent.path, sent.body, sent.headers.origin], ["POST", "/api/auth/sign-in/email?x=1", '{"a":1}', "http://app.test"]);
  assert.equal(sent.headers["x-forwarded-for"], undefined);
  assert.equal(sent.headers.forwarded, undefined);
});

test("of the cookies only the server's own are passed on, whatever guards their names", async () => {
  const own = [
    "better-auth.session_token=a.b", "better-auth.session_data.0=c", "better-auth.session_data.1=d", "better-auth.csrf_token=e",
    "better-auth.dont_remember=f", "__Secure-better-auth.session_token=g", "__Host-better-auth.two_factor=h", "__Secure-better-auth.state=i",
  ];
  const others = ["theme=dark", "shop_session=secret", "better-authx.session_token=1", "my.sid=j", "__Secure-better-auth=1"];
  const cookie = own.flatMap((one, at) => [others[at % others.length], one]).join("; ");
  await serverWith().forward(requestTo("/api/auth/ok", { cookie }));
  await serverWith({ cookies: ["my.sid"] }).forward(requestTo("/api/auth/ok", { cookie: "theme=dark; my.sid=j; __Secure-my.sid=k" }));
  await serverWith({ prefix: "my" }).forward(requestTo("/api/auth/ok", { cookie }));
  await serverWith().forward(requestTo("/api/auth/ok", { cookie: "theme=dark" }));
  assert.deepEqual(heard.map(({ headers }) => headers.cookie), [own.join("; "), "my.sid=j; __Secure-my.sid=k", "my.sid=j", undefined]);
});

test("no spelling of a path leads out of the base path", async () => {
  const outside = ["/", "/api/auth", "/api/authx/ok", "/api/auth/../x", "/other/api/auth/ok", "/api/auth/%2e%2e/x", "/api/auth/.%2E/x", "/api/auth/..\\x", "/api%2fauth/ok"];
  const climbing = [
    "/api/auth/..%2fx", "/api/auth/a/..%2F..%2fx", "/api/auth/%2e%2e%2fx", "/api/auth/..%5cx", "/api/auth/%2e%2e%5c..%5cx", "/api/auth/%252e%252e%252fx",
    "/api/auth/%25252e%25252e/x", "/api/auth/%2525252525252e./x", "/api/auth/..;/x", "/api/auth/%2e%2e;a=b/x", "/api/auth/ok/..%2f", "/api/auth/%2f..", "/api/auth/%c0%ae%c0%ae/x",
    "/api/auth/a%2f.%2fb",
  ];
  for (const path of [...outside, ...climbing]) assert.equal(await serverWith().forward(requestTo(path)), undefined, path);
  assert.equal(heard.length, 0);
  const inside = ["/api/auth/callback/o%27neil", "/api/auth/reset/a%2Fb", "/api/auth/a..b/...", "/api/auth/100%25", "/api/auth//ok", "/api/auth/ok?to=../x&at=%2e%2e%2f"];
  for (const path of inside) assert.ok(await serverWith().forward(requestTo(path)), path);
  assert.deepEqual(heard.map(({ path }) => path), inside);
});

test("a server that says nothing is waited for so long and no longer, and that is told once", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  answer = () => {};
  const server = serverWith({ timeout: 1 });
  /** Nothing is said for six times as long as a question may take; not a moment less. */
  const waited = async () => {
    let response;
    const passed = server.forward(requestTo("/api/auth/ok")).then((one) => (response = one));
    await once(http, "heard");
    t.mock.timers.tick(5999);
    await new Promise(setImmediate);
    assert.equal(response, undefined);
    t.mock.timers.tick(1);
    return passed;
  };
  for (let times = 0; times < 2; times++) {
    const response = await waited();
    assert.deepEqual([response.status, (await response.json()).code], [504, "GATEWAY_TIMEOUT"]);
  }
  for (const { left } of heard) assert.equal(await left, false);
  assert.deepEqual(problems, ["unreachable"]);
  answer = (response) => response.end("{}");
  assert.equal((await server.forward(requestTo("/api/auth/ok"))).status, 200);
  answer = () => {};
  await waited();
  assert.deepEqual(problems, ["unreachable", "unreachable"]);
});

test("an answer that has begun may take as long as it takes", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let response;
  answer = (one) => (response = one).write("a");
  const { body } = await serverWith().forward(requestTo("/api/auth/ok"));
  const reader = body.getReader();
  await reader.read();
  t.mock.timers.tick(60_000);
  response.end("b");
  assert.equal(String.fromCharCode(...(await reader.read()).value), "b");
});

test("where nobody listens the answer says so", async () => {
  const server = serverWith({ url: "http://127.0.0.1:1/api/auth" });
  const response = await server.forward(requestTo("/api/auth/ok"));
  assert.deepEqual([response.status, response.headers.get("cache-control")], [502, "no-store"]);
  assert.deepEqual(await response.json(), { code: "BAD_GATEWAY", message: "The session server could not be reached" });
  assert.deepEqual(problems, ["unreachable"]);
});

test("a visitor who goes away takes his request along, before the answer and in its middle", async () => {
  for (const begun of [false, true]) {
    answer = (response) => begun && response.write("a");
    const gone = new AbortController();
    const [response] = await Promise.all([
      serverWith().forward(requestTo("/api/auth/ok", { method: "POST", body: "{}", signal: gone.signal })),
      once(http, "heard").then(() => begun || gone.abort()),
    ]);
    if (begun) gone.abort();
    assert.equal(response.status, begun ? 200 : 499);
    assert.equal(await heard.at(-1).left, false, "the server sees the connection close");
  }
  answer = (response) => response.write("a");
  const { body } = await serverWith().forward(requestTo("/api/auth/ok"));
  await body.cancel();
  assert.equal(await heard.at(-1).left, false);
  const late = requestTo("/api/auth/ok", { signal: AbortSignal.abort() });
  assert.equal((await serverWith().forward(late)).status, 499);
  assert.equal(heard.length, 3);
  assert.deepEqual(problems, []);
});
