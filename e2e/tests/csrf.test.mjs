// The CSRF token in a real browser, against the real binary: when it is asked for and when it is not (TC-1 to TC-5), and that it
// outlives renewals (AU-15). The server demands a token for every change, and renews and rotates the session at every use.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { startSite } from "../app/site.mjs";
import { assertNoComplaints, launch, openPage, person } from "../browser.mjs";
import { lookAtTab, somebody } from "../person.mjs";
import { until } from "../until.mjs";

const TOKEN = "better-auth.csrf_token";
const SESSION = "better-auth.session_token";

/** A page whose session, or whose official client, sends its requests through the tokens' `fetch`. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>csrf</title><link rel="icon" href="data:,">
<script type="module">
  import { createSession, stayd } from "/stayd/index.js";
  import { createCsrf, csrf } from "/stayd/csrf.js";
  window.decisions = [];
  window.told = [];
  const hear = { debug: (decision) => decisions.push(decision), refused: (error) => told.push(error) };
  const routes = { init: "GET /get-session?csrf=true", session: "GET /get-session", signUp: "POST /sign-up/email",
    signIn: "POST /sign-in/email", signOut: "POST /sign-out", update: "POST /update-user", cookies: ["${TOKEN}"] };
  const own = location.pathname === "/own" ? csrf({ url: "/api/auth", ...routes, ...hear }) : null;
  const eager = location.pathname !== "/plain";
  window.tokens = own?.tokens ?? createCsrf({ ...hear, eager });
  window.session = createSession(location.pathname === "/plain" ? {} : { backend: own ?? stayd("/api/auth", tokens.fetch) });
</script>`;

/** A page that a stranger wrote, as far as the browser can tell: its frame has an origin of its own. */
const ATTACK = `<!doctype html><meta charset="utf-8"><title>attack</title><link rel="icon" href="data:,">
<script>addEventListener("message", ({ data }) => (window.seen = data));</script>
<iframe sandbox="allow-forms allow-scripts" srcdoc='
  <form method="post" action="/api/auth/sign-in/email"><input name="email" value="mallory@example.com"><input name="password" value="x"></form>
  <script>
    let seen = "denied";
    try { seen = document.cookie; } catch {}
    parent.postMessage(seen, "*");
    fetch("/api/auth/sign-out", { method: "POST", credentials: "include", mode: "no-cors" }).finally(() => document.forms[0].submit());
  </script>'></iframe>`;

let site, browser;
before(async () => {
  const env = { STAYD_CSRF_MODE: "required", STAYD_SESSION_ROTATION: "grace", STAYD_SESSION_ROTATION_GRACE: "1s", STAYD_SESSION_UPDATE_AGE: "0" };
  [site, browser] = await Promise.all([startSite({ env, pages: { "/": PAGE, "/own": PAGE, "/plain": PAGE, "/attack": ATTACK } }), launch()]);
});
after(async () => {
  await browser?.close();
  await site?.remove();
});
beforeEach(() => {
  site.fault = null;
  site.forget();
});

const open = async (page, path = "/") => {
  await page.goto(site.origin + path);
  await page.waitForFunction(() => window.session && !session.get().isPending && (tokens.sync() || tokens.get()));
};
const token = (page) => page.evaluate(() => tokens.get());
const signUp = async (page, who) => {
  assert.deepEqual(await page.evaluate((who) => session.signUp(who), who), { ok: true });
  await page.waitForFunction(() => session.get().identity === "active");
};
/** Somebody who is signed in, in a tab that has just been loaded. Signed up once: passwords take their time. */
let shared;
const signedIn = async () => {
  if (!shared) {
    shared = (await person(browser)).context;
    const page = await openPage(shared);
    await open(page);
    await signUp(page, somebody());
    await page.close();
  }
  const page = await openPage(shared);
  await open(page);
  await page.waitForFunction(() => session.get().identity === "active");
  site.forget();
  return { context: shared, page };
};
const rename = (page, name) => page.evaluate((name) => session.update({ name }), name);
const cookie = async (context, name) => (await context.cookies()).find((found) => found.name === name);
const refusals = () => site.requests.filter(({ status }) => status === 403).length;
const spoil = (page) => page.evaluate((name) => (document.cookie = `${name}=stale; path=/`), TOKEN);

test("a visitor asks for a token once, and with the cookie there nobody asks again (TC-2, TC-5)", async () => {
  const { context, page } = await person(browser);
  await open(page);
  assert.equal(site.count("/csrf"), 1);
  const found = await cookie(context, TOKEN);
  assert.deepEqual([found.value, found.httpOnly, found.sameSite], [await token(page), false, "Lax"]);
  assert.equal((await cookie(context, "better-auth.visitor")).httpOnly, true);

  site.forget();
  await page.reload();
  await page.waitForFunction(() => window.tokens?.get());
  await lookAtTab(page);
  const tab = await openPage(context);
  await open(tab);
  await signUp(tab, somebody());
  const change = () => tokens.fetch("/api/auth/update-session", { method: "POST" }).then(({ status }) => status);
  assert.equal(await tab.evaluate(change), 400, "there is nothing to change: it was let through");
  assert.equal(site.count("/csrf"), 0, "load, another tab, becoming visible, a request, a sign-up");
  assert.equal(refusals(), 0);
  await context.close();
});

test("the page's token follows the server's: at sign-in, at sign-out, in every tab (TC-1)", async () => {
  const { context, page } = await person(browser);
  await open(page);
  const tab = await openPage(context);
  await open(tab);
  const visitor = await token(page);
  await signUp(page, somebody());
  const own = await token(page);
  assert.notEqual(own, visitor);
  assert.equal(own, (await cookie(context, TOKEN)).value);
  await tab.waitForFunction((own) => tokens.get() === own, own);
  await page.evaluate(() => session.signOut());
  await until("the tabs to have the next visitor's token", async () => {
    const [here, there] = [await token(page), await token(tab)];
    return here === there && here !== own && here !== visitor;
  });
  assert.equal(site.count("/csrf"), 1, "the first page's; everything else came with answers");
  assert.equal(refusals(), 0);
  assertNoComplaints(page);
  await context.close();
});

test("a token in any JSON answer is taken (TC-3)", async () => {
  const { context, page } = await person(browser);
  await open(page);
  await context.clearCookies();
  await page.evaluate(() => tokens.sync());
  assert.equal(await token(page), null);
  const told = await page.evaluate(async () => (await tokens.fetch("/api/auth/ok?csrf=true")).json());
  assert.equal(told.data.csrf_token, await token(page));
  assert.equal(site.count("/csrf"), 1, "the first page's");
  await context.close();
});

test("a refusal is cured by the cookie: no token is asked for (TC-4)", async () => {
  const { page } = await signedIn();
  await spoil(page);
  assert.deepEqual(await rename(page, "Ada"), { ok: true });
  assert.deepEqual([site.count("/update-user"), site.count("/csrf"), refusals()], [2, 0, 1]);
  assert.deepEqual(await page.evaluate(() => told), []);
  await page.close();
});

test("where the cookie does not help, a token is asked for once (TC-4)", async () => {
  const { page } = await signedIn();
  await spoil(page);
  site.fault = async (_, pass) => {
    const answer = await pass();
    // The refusal's own cookie is lost on the way.
    if (answer.status === 403) delete answer.headers["set-cookie"];
    return answer;
  };
  assert.deepEqual(await rename(page, "Ada"), { ok: true });
  assert.deepEqual([site.count("/update-user"), site.count("/csrf"), refusals()], [2, 1, 1]);
  assert.deepEqual(await page.evaluate(() => told), []);
  await page.close();
});

test("only where neither helps is the person told, once (TC-4)", async () => {
  const { page } = await signedIn();
  site.fault = async ({ path }, pass) => {
    if (path !== "/update-user") return pass();
    const body = JSON.stringify({ code: "CSRF_TOKEN_INVALID", message: "no" });
    return { status: 403, headers: { "content-type": "application/json" }, body };
  };
  const result = await rename(page, "Ada");
  assert.deepEqual(result, { ok: false, error: { code: "CSRF_TOKEN_INVALID", message: "no", status: 403 } });
  assert.deepEqual([site.count("/update-user"), site.count("/csrf")], [2, 1]);
  assert.deepEqual(await page.evaluate(() => told.map(({ code }) => code)), ["CSRF_TOKEN_INVALID"]);
  assert.equal(await page.evaluate(() => session.get().identity), "active", "a refused token ends no session");
  await page.close();
});

test("a token stays valid across renewals and rotations, in two tabs (AU-15)", async () => {
  const { context, page } = await signedIn();
  const tab = await openPage(context);
  await open(tab);
  await tab.waitForFunction(() => session.get().identity === "active");
  const own = await token(page);
  const credential = async () => (await cookie(context, SESSION)).value;
  site.forget();
  for (let round = 0; round < 2; round++) {
    const before = await credential();
    // Not twice within the grace, here a second.
    await until("the session's token to be replaced", async () => {
      assert.deepEqual(await page.evaluate(() => session.renew()), { ok: true });
      return (await credential()) !== before;
    });
    for (const one of [page, tab]) assert.deepEqual(await rename(one, `Ada ${round}`), { ok: true });
    assert.deepEqual([await token(page), await token(tab)], [own, own]);
  }
  assert.deepEqual([site.count("/update-user"), site.count("/csrf"), refusals()], [4, 0, 0]);
  assert.equal((await cookie(context, TOKEN)).value, own);
  await Promise.all([page.close(), tab.close()]);
});

test("a page that knows of no token sends the cookie's, which the server's first answer has brought", async () => {
  const { context, page } = await person(browser);
  await open(page, "/plain");
  const who = somebody();
  await signUp(page, who);
  assert.deepEqual(await rename(page, "Ada"), { ok: true });
  assert.deepEqual(await page.evaluate(() => session.signOut()), { ok: true });
  assert.deepEqual(await page.evaluate((who) => session.signIn(who), who), { ok: true });
  assert.deepEqual([site.count("/csrf"), refusals()], [0, 0]);
  await context.close();
});

test("the backend for servers of tokens keeps a session, and begins it with one request", async () => {
  const { context, page } = await person(browser);
  await open(page, "/own");
  const asked = () => site.requests.map(({ method, path }) => `${method} ${path}`);
  assert.deepEqual(asked(), ["GET /get-session"]);
  const who = somebody();
  await signUp(page, who);
  assert.deepEqual(await page.evaluate(() => session.signOut()), { ok: true });
  assert.deepEqual(await page.evaluate((who) => session.signIn(who), who), { ok: true });
  await page.reload();
  await page.waitForFunction(() => window.session?.get().verified && session.get().data);
  assert.equal(await page.evaluate(() => session.get().data.user.email), who.email);
  assert.equal(site.requests.filter(({ url }) => url.includes("csrf=true")).length, 1);
  assert.ok(site.requests.every(({ method, token }) => (method === "GET") === (token === undefined)));
  assert.equal(refusals(), 0);
  await context.close();
});

test("a page of an opaque origin changes nothing, and cannot read the token", async () => {
  const { context, page } = await signedIn();
  const attack = await openPage(context);
  await attack.goto(`${site.origin}/attack`);
  await attack.waitForFunction(() => window.seen);
  assert.equal(await attack.evaluate(() => seen), "denied");
  const attempts = () => site.requests.filter(({ method, status }) => method === "POST" && status);
  await until("both attempts to be answered", () => attempts().length === 2);
  assert.deepEqual(attempts().map(({ status, token }) => [status, token]), [[403, undefined], [403, undefined]]);
  assert.deepEqual(await page.evaluate(() => session.refresh()), { ok: true });
  assert.equal(await page.evaluate(() => session.get().identity), "active");
  await Promise.all([page.close(), attack.close()]);
});
