// Requests of the page through `session.fetch`: at expiry, aborted, too slow, and with bodies that can be sent once (EN-5).
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { chromium } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { age, asksSession, gate, json, openScene, pageWith, untilView, verified } from "./scene.mjs";

const DAY = 86_400_000;
const asksApp = ({ path }) => path.startsWith("/api/things");
const REFUSED = json(401, { code: "UNAUTHORIZED" });
// A renewal replaces the session's token, and the one before does not work from then on; but not twice within a second.
const GRACE = 1000;
const STRICT = { STAYD_SESSION_ROTATION: "strict", STAYD_SESSION_ROTATION_GRACE: "1s", STAYD_SESSION_UPDATE_AGE: "0" };

/** In the page: a browser that speaks HTTP/1.1 sends no streams, so this reads them out before they go. */
function readStreams() {
  const send = window.fetch;
  window.fetch = async (input, init) => {
    if (!(init?.body instanceof ReadableStream)) return send(input, init);
    return send(input, { ...init, body: await new Response(init.body).text() });
  };
}

describe("requests of the page", () => {
  let scene, site, tab;
  before(async () => {
    scene = await openScene(chromium, { pages: { "/streams": pageWith(readStreams) } });
    site = scene.site;
  });
  after(() => scene?.close());
  beforeEach(async () => {
    tab = await scene.signedIn();
  });

  /** The page as it is opened after a week away, its question to the server not answered before `open`. */
  const away = async (options) => {
    await tab.goto(`${site.origin}/blank`);
    await age(tab, 8 * DAY);
    site.forget();
    const { opened, open } = gate();
    site.fault = async (request, pass) => {
      if (asksApp(request)) return json(200, {});
      if (asksSession(request)) await opened;
      return pass();
    };
    await scene.go(tab, options);
    return open;
  };

  /** Begins a request; `window.outcome` becomes what came of it. */
  const begin = (path, init = {}) =>
    tab.evaluate(
      (url, options) => {
        window.stop = new AbortController();
        window.outcome = session.fetch(url, { ...options, signal: stop.signal }).then(
          ({ status }) => status,
          ({ name, code }) => [name, code].filter((word) => typeof word === "string").join(" "),
        );
      },
      path,
      init,
    );
  const outcome = () => tab.evaluate(() => window.outcome);

  test("a hundred requests at expiry wait for one renewal and are then sent once each", async () => {
    const open = await away();
    await tab.evaluate(() => {
      const all = Array.from({ length: 100 }, (_, i) => session.fetch(`/api/things/${i}`));
      window.outcome = Promise.all(all.map((one) => one.then(({ status }) => status)));
    });
    await untilView(tab, { holding: true });
    await until("the question to the server", () => site.count("/get-session") === 1);
    assert.equal(site.requests.filter(asksApp).length, 0, "none goes out before");
    open();
    assert.deepEqual(await outcome(), Array(100).fill(200));
    assert.equal(site.count("/get-session"), 1);
    assert.equal(new Set(site.requests.filter(asksApp).map(({ path }) => path)).size, 100);
    assert.equal(site.requests.filter(asksApp).length, 100);
  });

  test("a request that is aborted while it waits is never sent, and the others are", async () => {
    const open = await away();
    await begin("/api/things/aborted");
    await tab.evaluate(() => void (window.other = session.fetch("/api/things/other").then(({ status }) => status)));
    await untilView(tab, { holding: true });
    await tab.evaluate(() => stop.abort());
    assert.equal(await outcome(), "AbortError");
    open();
    assert.equal(await tab.evaluate(() => other), 200);
    assert.deepEqual(site.requests.filter(asksApp).map(({ path }) => path), ["/api/things/other"]);
  });

  test("a change whose page behind it is refused is not made twice", async () => {
    site.fault = async ({ path }, pass) => {
      if (path === "/api/things/made") return { status: 303, headers: { location: "/api/things/shown" } };
      return path === "/api/things/shown" ? REFUSED : pass();
    };
    assert.equal(await tab.evaluate(async () => (await session.fetch("/api/things/made", { method: "POST" })).status), 401);
    assert.equal(site.count("/api/things/made"), 1);
  });

  test("a request that is to say nothing of where it comes from says nothing", async () => {
    const seen = [];
    site.fault = async (request, pass) => (asksApp(request) ? (seen.push(request.referer), json(200, {})) : pass());
    await tab.evaluate(async () => {
      await session.fetch(new Request("/api/things/open"));
      await session.fetch(new Request("/api/things/silent", { referrerPolicy: "no-referrer" }));
      await session.fetch(new Request("/api/things/none", { referrer: "" }));
    });
    assert.deepEqual([seen[0]?.startsWith(site.origin), ...seen.slice(1)], [true, undefined, undefined]);
  });

  test("a request that was aborted before rejects at once", async () => {
    const name = await tab.evaluate(() => session.fetch("/api/things", { signal: AbortSignal.abort() }).catch((error) => error.name));
    assert.equal(name, "AbortError");
    assert.equal(site.requests.filter(asksApp).length, 0);
  });

  test("a request that is aborted while the server works is taken back", async () => {
    let cut = 0;
    site.fault = async (request, pass) => {
      if (!asksApp(request)) return pass();
      await request.gone;
      cut++;
      return null;
    };
    await begin("/api/things/slow", { method: "POST", body: "once" });
    await until("the request", () => site.requests.some(asksApp));
    await tab.evaluate(() => stop.abort());
    assert.equal(await outcome(), "AbortError");
    await until("the connection to be closed", () => cut === 1);
    assert.equal(site.requests.filter(asksApp).length, 1);
  });

  test("a request that is aborted between its refusal and the renewal is not sent again", async () => {
    const { opened, open } = gate();
    site.forget();
    site.fault = async (request, pass) => {
      if (asksApp(request)) return REFUSED;
      if (asksSession(request)) await opened;
      return pass();
    };
    await begin("/api/things/refused");
    await until("the renewal", () => site.requests.some(asksSession));
    await untilView(tab, { holding: true });
    await tab.evaluate(() => stop.abort());
    assert.equal(await outcome(), "AbortError");
    open();
    await untilView(tab, { holding: false, verified: true });
    assert.deepEqual(await tab.evaluate(() => session.refresh()), { ok: true });
    assert.equal(site.requests.filter(asksApp).length, 1);
  });

  test("a request that waits too long, or whose answer does, rejects with a time-out", async () => {
    const { opened, open } = gate();
    site.fault = async (request, pass) => {
      if (!asksApp(request)) return pass();
      await opened;
      return json(200, {});
    };
    await scene.go(tab, { timeout: 3 });
    await verified(tab);
    await begin("/api/things/slow");
    assert.equal(await outcome(), "SessionFailure timeout");
    open();
    const openLate = await away({ timeout: 3 });
    await begin("/api/things/held");
    assert.equal(await outcome(), "SessionFailure timeout");
    openLate();
    assert.equal(site.count("/api/things/held"), 0);
    await verified(tab);
  });

  test("what can be sent twice is sent again after a renewal, a stream is not", async () => {
    const bodies = [];
    let renewed = 0;
    const refuseOnce = async (request, pass) => {
      if (asksSession(request)) renewed++;
      return asksApp(request) && site.count(request.path) === 1 ? REFUSED : asksApp(request) ? json(200, {}) : pass();
    };
    for (const [kind, count, status] of [["text", 2, 200], ["form", 2, 200], ["request", 2, 200], ["stream", 1, 401]]) {
      // Each on a page that has not renewed just now.
      site.fault = null;
      await scene.go(tab, {}, "/streams");
      await verified(tab);
      site.fault = refuseOnce;
      renewed = 0;
      const answered = await tab.evaluate(async (what) => {
        const url = `/api/things-${what}`;
        const body = { text: "hello", form: new URLSearchParams({ hello: "1" }), stream: new Blob(["hello"]).stream() }[what];
        const request = what === "request" && new Request(url, { method: "POST", body: "hello" });
        const answer = await (request ? session.fetch(request) : session.fetch(url, { method: "POST", body, duplex: "half" }));
        return answer.status;
      }, kind);
      bodies.push([kind, site.count(`/api/things-${kind}`), answered]);
      assert.deepEqual(bodies.at(-1), [kind, count, status]);
      assert.equal(renewed, count - 1, kind);
    }
  });
});

describe("requests of the page, and a server whose tokens work once", () => {
  let scene, site, tab;
  before(async () => {
    scene = await openScene(chromium, { env: STRICT });
    site = scene.site;
  });
  after(() => scene?.close());
  beforeEach(async () => {
    tab = await scene.signedIn();
  });

  const tokenIn = (cookie) => /session_token=([^;]+)/.exec(cookie)[1];
  const replaceable = () => {
    const last = Math.max(...site.requests.map(({ at }) => at));
    return until("the server to replace tokens again", () => Date.now() > last + GRACE + 100);
  };

  /** An API that knows the newest token only; `renewed.token` is that one, once the renewal that waits for `ready` has been answered. */
  const strictApi = (ready) => {
    const renewed = { token: null };
    site.forget();
    site.fault = async (request, pass) => {
      if (asksApp(request)) return tokenIn(request.cookie) === renewed.token ? json(200, {}) : REFUSED;
      if (!asksSession(request)) return pass();
      await ready();
      const answer = await pass();
      renewed.token = tokenIn(answer.headers["set-cookie"].join());
      return answer;
    };
    return renewed;
  };
  const hundred = () =>
    tab.evaluate(() => {
      const all = Array.from({ length: 100 }, (_, i) => session.fetch(`/api/things/${i}`));
      window.outcome = Promise.all(all.map((one) => one.then(({ status }) => status)));
    });

  /** A hundred answers by one renewal, after which the old token is not sent again, and would not work. */
  const assertRenewedOnce = async (renewed, sentBefore) => {
    assert.deepEqual(await tab.evaluate(() => window.outcome), Array(100).fill(200));
    assert.equal(site.count("/get-session"), 1);
    const at = site.requests.findIndex(asksSession);
    const { token } = renewed;
    const old = tokenIn(site.requests[at].cookie);
    assert.notEqual(token, old);
    const sent = site.requests.filter(asksApp).map(({ cookie }) => ({ [old]: "old", [token]: "new" })[tokenIn(cookie)]);
    assert.deepEqual(sent, [...Array(sentBefore).fill("old"), ...Array(100).fill("new")]);
    const { cookie } = site.requests[at];
    const told = await fetch(`${site.server.origin}/api/auth/get-session`, { headers: { cookie, host: new URL(site.origin).host } });
    assert.ok(told.status === 409 || (await told.text()) === "null", `the token before: ${told.status}`);
  };

  test("a hundred requests that wait for the renewal are sent with the new token, and none with the old one", async () => {
    await tab.goto(`${site.origin}/blank`);
    await age(tab, 8 * DAY);
    await replaceable();
    const { opened, open } = gate();
    const renewed = strictApi(() => opened);
    await scene.go(tab);
    await hundred();
    await untilView(tab, { holding: true });
    await until("the question to the server", () => site.count("/get-session") === 1);
    open();
    await assertRenewedOnce(renewed, 0);
  });

  test("a hundred requests that are refused at expiry are sent again with the new token, and none with the old one", async () => {
    // A page that has not renewed just now.
    await scene.go(tab);
    await verified(tab);
    await replaceable();
    const refused = () => until("all to be refused", () => site.requests.filter(({ status }) => status === 401).length === 100);
    const renewed = strictApi(refused);
    await hundred();
    await assertRenewedOnce(renewed, 100);
  });
});
