// `stayd/server` and the kits that need no framework, against the real binary: what it sets verifies, and what it says is shown.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { staydMiddleware } from "../../packages/stayd/dist/kits/astro.js";
import { withSession } from "../../packages/stayd/dist/kits/fetch.js";
import { secretsFrom, staydServer } from "../../packages/stayd/dist/server.js";
import { somebody } from "../person.mjs";
import { startServer } from "../server.mjs";

const CACHED = { STAYD_COOKIE_CACHE: "5m" };
const HTML = { accept: "text/html" };

/** A browser's cookies, as far as a test needs them. */
class Jar extends Map {
  take(response) {
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      if (/; Max-Age=0(;|$)/.test(cookie)) this.delete(name);
      else this.set(name, value);
    }
    return response;
  }

  get header() {
    return [...this].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  request(path = "/", headers = HTML) {
    return new Request(`http://app.test${path}`, { headers: { cookie: this.header, ...headers } });
  }

  async post(server, path, body, headers = {}) {
    const sent = { "content-type": "application/json", origin: server.origin, cookie: this.header, ...headers };
    const response = await fetch(`${server.origin}/api/auth${path}`, { method: "POST", headers: sent, body: JSON.stringify(body) });
    assert.equal(response.status, 200, await response.clone().text());
    return this.take(response);
  }
}

async function signedUp(server, headers) {
  const [jar, who] = [new Jar(), somebody()];
  await jar.post(server, "/sign-up/email", { name: who.name, email: who.email, password: who.password }, headers);
  return { jar, who };
}

/** The server side over a binary; `asked` counts how often it was asked. */
function beside(server, options = {}) {
  const problems = [];
  const counted = { asked: 0 };
  const auth = staydServer({
    url: `${server.origin}/api/auth`,
    secret: secretsFrom(server.env),
    fetch: (...input) => (counted.asked++, fetch(...input)),
    onProblem: ({ code }) => problems.push(code),
    ...options,
  });
  return Object.assign(counted, { auth, problems });
}

describe("with the cookie cache", () => {
  let server;
  before(async () => (server = await startServer({ env: CACHED })));
  after(() => server.remove());

  for (const strategy of ["compact", "jwt", "jwe"]) {
    test(`${strategy} cookies of the binary are read without asking it, whole and in pieces`, async () => {
      await writeFile(join(server.folder, "stayd.toml"), `[cookie_cache]\nstrategy = "${strategy}"\n`);
      await server.restart();
      for (const agent of ["Firefox", "long ".repeat(1200)]) {
        const side = beside(server);
        const { jar, who } = await signedUp(server, { "user-agent": agent });
        const pieces = [...jar.keys()].filter((name) => name.startsWith("better-auth.session_data")).length;
        assert.ok(agent.length < 100 ? pieces === 1 : pieces > 1, `${pieces} pieces`);
        const { session, user } = await side.auth.session(jar.request());
        assert.deepEqual([user.email, user.name, session.userId], [who.email, who.name, user.id]);
        assert.ok(!("token" in session));
        assert.equal(side.asked, 0);
      }
    });
  }

  test("a fresh reading learns at once of a sign-out elsewhere; another believes the copy for its minutes", async () => {
    const side = beside(server);
    const { jar } = await signedUp(server);
    const elsewhere = new Jar(jar);
    await elsewhere.post(server, "/sign-out", {});
    assert.equal(await side.auth.session(jar.request(), { fresh: true }), null);
    assert.equal(side.asked, 1);
    assert.ok(await side.auth.session(jar.request()));
  });

  test("when the cookie's copy is gone the page brings a new one", async () => {
    const side = beside(server);
    const { jar, who } = await signedUp(server);
    jar.delete("better-auth.session_data");
    const page = withSession(side.auth, (request, session) => new Response(`Hello ${session?.user.name ?? "stranger"}`));
    const shown = jar.take(await page(jar.request()));
    assert.equal(await shown.text(), `Hello ${who.name}`);
    await page(jar.request());
    assert.deepEqual([side.asked, side.problems], [1, []]);
  });

  test("after a change of the secret the old cookies are read as well", async () => {
    const { jar } = await signedUp(server);
    const newest = "rotated-secret-9876543210-zyxwvutsrqpon";
    server.env.BETTER_AUTH_SECRETS = `2:${newest},1:${server.env.BETTER_AUTH_SECRET}`;
    await server.restart();
    const side = beside(server);
    assert.ok(await side.auth.session(jar.request()));
    assert.ok(await side.auth.session((await signedUp(server)).jar.request()));
    assert.equal(side.asked, 0);
  });

  test("with a wrong secret people stay signed in, and it is said once", async () => {
    const side = beside(server, { secret: "not-the-servers-0123456789-abcdefghijk" });
    const { jar } = await signedUp(server);
    for (let times = 0; times < 3; times++) assert.ok(await side.auth.session(jar.request()));
    assert.deepEqual(side.problems, ["wrong-secret"]);
  });
});

describe("without the cookie cache", () => {
  let server, side, signedIn;
  before(async () => {
    server = await startServer();
    side = beside(server);
    signedIn = await signedUp(server);
  });
  after(() => server.remove());

  test("the binary is asked about signed tokens, and about nothing else", async () => {
    const { jar, who } = signedIn;
    assert.equal((await side.auth.session(jar.request())).user.email, who.email);
    assert.equal(side.asked, 1);
    const tampered = new Jar(jar).set("better-auth.session_token", `x${jar.get("better-auth.session_token")}`);
    // The first one of its kind could also mean that the secret here is wrong.
    assert.equal(await side.auth.session(tampered.request()), null);
    assert.equal(side.asked, 2);
    for (let times = 0; times < 20; times++) assert.equal(await side.auth.session(tampered.request()), null);
    assert.equal(await side.auth.session(new Jar().request()), null);
    assert.deepEqual([side.asked, side.problems], [2, []]);
  });

  test("a guarded page is for those who are signed in, and the way back is kept", async () => {
    const page = withSession(side.auth, () => new Response("yours"), { guard: ["/account"] });
    assert.equal(await (await page(signedIn.jar.request("/account/settings"))).text(), "yours");
    const away = await page(new Jar().request("/account/settings?tab=2"));
    assert.deepEqual([away.status, away.headers.get("location")], [303, "/sign-in?next=%2Faccount%2Fsettings%3Ftab%3D2"]);
    assert.equal((await page(new Jar().request("/"))).status, 200);
  });

  test("Astro's middleware gives the session to the page, and leaves pages without a visitor alone", async () => {
    const middleware = staydMiddleware(side.auth, { guard: ["/account"] });
    const context = (request) => ({ request, url: new URL(request.url), locals: {}, isPrerendered: false, clientAddress: "127.0.0.1" });
    const mine = context(signedIn.jar.request("/account"));
    assert.equal((await middleware(mine, async () => new Response("ok"))).status, 200);
    assert.equal(mine.locals.session.user.email, signedIn.who.email);
    assert.equal((await middleware(context(new Jar().request("/account")), assert.fail)).status, 303);
    const made = { ...context(new Jar().request("/account")), isPrerendered: true };
    assert.equal((await middleware(made, async () => new Response("ok"))).headers.get("vary"), null);
  });

  test("sign-in and sign-out pass through the site itself", async () => {
    const site = withSession(side.auth, (_, session) => Response.json(session?.user.email ?? null), { forward: true });
    const { who } = await signedUp(server);
    const jar = new Jar();
    const post = (path, body) => {
      const headers = { "content-type": "application/json", origin: server.origin, cookie: jar.header };
      return site(new Request(`http://app.test/api/auth${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
    };
    jar.take(await post("/sign-in/email", { email: who.email, password: who.password }));
    assert.equal(await (await site(jar.request())).json(), who.email);
    jar.take(await post("/sign-out", {}));
    assert.equal(await (await site(jar.request())).json(), null);
  });

  test("while the binary is away nobody is sent to sign in, and it is said once", async () => {
    const page = withSession(side.auth, (_, session) => Response.json(session === undefined), { guard: ["/account"] });
    await server.stop();
    assert.equal(await (await page(signedIn.jar.request("/"))).json(), true);
    assert.equal((await page(signedIn.jar.request("/account"))).status, 503);
    assert.deepEqual(side.problems, ["unreachable"]);
    await server.start();
    assert.equal((await page(signedIn.jar.request("/account"))).status, 200);
  });
});

describe("docs/server-side.md", () => {
  let server, blocks;
  before(async () => {
    server = await startServer();
    const text = await readFile(new URL("../../docs/server-side.md", import.meta.url), "utf8");
    blocks = [...text.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)].map(([, file, code]) => ({ file, code }));
  });
  after(() => server.remove());

  test("what it shows of the frameworks is what the kits' tests build", async () => {
    const shown = blocks.filter(({ file }) => !file.startsWith("example/"));
    assert.ok(shown.length >= 10);
    for (const { file, code } of shown) {
      assert.equal(code, await readFile(new URL(`../kits/${file}`, import.meta.url), "utf8"), file);
    }
  });

  test("its example for any server runs", async () => {
    // Below the package, so that its name is found as in a project that has it.
    const folder = await mkdtemp(new URL("../../packages/stayd/dist/.example-", import.meta.url).pathname);
    try {
      await writeFile(join(folder, "server.mjs"), blocks.find(({ file }) => file === "example/server.mjs").code);
      Object.assign(process.env, { STAYD_URL: `${server.origin}/api/auth`, BETTER_AUTH_SECRET: server.env.BETTER_AUTH_SECRET });
      const { default: site } = await import(join(folder, "server.mjs"));
      const { jar, who } = await signedUp(server);
      const mine = await (await site.fetch(jar.request("/account"))).text();
      assert.match(mine, /Welcome back/);
      const initial = JSON.parse(/<script type="application\/json" id="stayd-initial">(.*)<\/script>/.exec(mine)[1]);
      assert.equal(initial.user.email, who.email);
      assert.match(await (await site.fetch(new Jar().request("/"))).text(), /<h1>Welcome<\/h1>.*>null</);
      assert.equal((await site.fetch(new Jar().request("/account"))).status, 303);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
