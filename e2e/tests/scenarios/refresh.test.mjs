// Scenarios 8-10, 17 and 20-24: requests that are refused, renewals that fail, and what a page does meanwhile (AU-3, EN-4).
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { chromium } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { clocks } from "./clocks.mjs";
import { asksSession, gate, json, openScene, pageWith, stored, untilView, verified, view } from "./scene.mjs";

const UNAUTHORIZED = json(401, { code: "UNAUTHORIZED", message: "Unauthorized" });
const asksApp = ({ path }) => path.startsWith("/api/things/");

/** In the page: writes down what the package sends and which answers refuse, in their order. */
function record() {
  const send = window.fetch;
  window.sent = [];
  window.refused = [];
  window.fetch = async (input, init) => {
    sent.push(String(input.url ?? input));
    const answer = await send(input, init);
    if (answer.status === 401) refused.push(new URL(answer.url).pathname);
    return answer;
  };
}

/** In the page: a backend whose sessions are not renewed. */
function declining() {
  const data = { session: { id: "s1", userId: "u1", expiresAt: new Date(Date.now() + 3_600_000).toISOString() }, user: { id: "u1" } };
  let answer = { kind: "nobody" };
  window.why = { kind: "declined", error: { code: "NO_MORE", message: "Twelve hours are enough" } };
  const backend = {
    check: async () => answer,
    renew: async () => why,
    signIn: async () => (answer = { kind: "session", data, id: "s1", userId: "u1", renewsIn: 1_800_000, endsIn: 3_600_000 }),
    signOut: async () => ({ kind: "nobody" }),
  };
  window.options = { backend };
}

/** In the page: sends so many requests at once; says what became of each. */
const things = async (count) => {
  const outcome = (answer) => answer.then((response) => response.status, ({ name, code }) => `${name} ${code}`);
  return Promise.all(Array.from({ length: count }, (_, i) => outcome(session.fetch(`/api/things/${i}`))));
};

describe("requests that are refused, and renewals that fail", () => {
  let scene, site, tab;
  before(async () => {
    scene = await openScene(chromium, { pages: { "/recorded": pageWith(record), "/clocks": pageWith(clocks), "/declining": pageWith(declining) } });
    site = scene.site;
  });
  after(() => scene?.close());

  beforeEach(async () => {
    tab = await scene.signedIn();
    // A page that has not renewed just now.
    await scene.go(tab, {}, "/recorded");
    await verified(tab);
    await tab.evaluate(() => void (sent.length = 0));
    site.forget();
  });

  test("8 twenty requests that are refused at once send one renewal, and are sent again in order", async () => {
    let renewed = false;
    let refused = 0;
    const all = gate();
    site.fault = async (request, pass) => {
      if (asksSession(request)) {
        await all.opened;
        renewed = true;
        return pass();
      }
      if (!asksApp(request)) return pass();
      if (renewed) return json(200, {});
      if (++refused === 20) all.open();
      return UNAUTHORIZED;
    };
    assert.deepEqual(await tab.evaluate(things, 20), Array(20).fill(200));
    assert.equal(site.count("/get-session"), 1);
    const [sent, order] = await tab.evaluate(() => [window.sent, window.refused]);
    assert.equal(sent.findIndex((url) => url.includes("get-session")), 20);
    assert.deepEqual(sent.slice(0, 20), Array.from({ length: 20 }, (_, i) => `/api/things/${i}`));
    assert.deepEqual(sent.slice(21), order, "in the order in which they were refused");
  });

  test("9 a request that is refused again after the renewal gives its answer to the page", async () => {
    site.fault = async (request, pass) => (asksApp(request) ? UNAUTHORIZED : pass());
    assert.deepEqual(await tab.evaluate(things, 1), [401]);
    assert.deepEqual([site.count("/get-session"), site.count("/api/things/0")], [1, 2]);
    assert.equal((await view(tab)).identity, "active");
  });

  test("10 an API that always refuses costs one renewal in ten seconds, not one for each request", async () => {
    // No time passes: ten rounds are within the ten seconds, however long they take.
    await scene.go(tab, {}, `/clocks?still=${Date.now()}`);
    await verified(tab);
    site.forget();
    site.fault = async (request, pass) => (asksApp(request) ? UNAUTHORIZED : pass());
    for (let i = 0; i < 10; i++) assert.deepEqual(await tab.evaluate(things, 4), [401, 401, 401, 401]);
    assert.equal(site.count("/get-session"), 1);
    // The first four were sent again after it; the others had the answer that they would have had.
    assert.equal(site.requests.filter(asksApp).length, 44);
    assert.equal((await view(tab)).identity, "active");
  });

  test("17 a renewal that is answered after the sign-out brings nothing back", async () => {
    const { opened, open } = gate();
    let held = false;
    site.fault = async (request, pass) => {
      if (!asksSession(request) || held) return pass();
      held = true;
      const answer = await pass();
      await opened;
      return answer;
    };
    await tab.evaluate(() => void (window.renewal = session.renew()));
    await until("the renewal to be on its way", () => held);
    assert.deepEqual(await tab.evaluate(() => session.signOut()), { ok: true });
    open();
    assert.equal((await tab.evaluate(() => window.renewal)).ok, false);
    // The server's word, which comes after that of the late answer.
    await tab.evaluate(() => session.refresh());
    const seen = await tab.evaluate(() => views.slice(views.findIndex(({ ended }) => ended)));
    assert.ok(seen.length > 0 && seen.every(({ data, ended }) => data === null && ended === "signed-out"));
    const kept = await stored(tab);
    assert.ok(!kept.includes(tab.person.email), "nothing of the person is kept");
  });

  test("20 an early renewal that is refused keeps the session while it lives", async () => {
    site.fault = async (request, pass) => (asksSession(request) ? json(403, { code: "FORBIDDEN", message: "Not yet" }) : pass());
    const { ok, error } = await tab.evaluate(() => session.renew());
    assert.deepEqual([ok, error.code], [false, "FORBIDDEN"]);
    const { data, status } = await view(tab);
    assert.deepEqual([status, data.user.email], ["active", tab.person.email]);
  });

  test("20 a renewal that a backend declines says why, and is no end", async () => {
    await scene.go(tab, {}, "/declining");
    const { ok } = await tab.evaluate(() => session.signIn({}));
    assert.ok(ok);
    const renew = () => tab.evaluate(() => session.renew());
    assert.deepEqual(await renew(), { ok: false, error: { code: "NO_MORE", message: "Twelve hours are enough" } });
    await tab.evaluate(() => delete window.why.error);
    assert.equal((await renew()).error.code, "declined");
    const { identity, error } = await view(tab);
    assert.deepEqual({ identity, error }, { identity: "active", error: null });
  });

  test("21 a server that says 429 is asked again after its Retry-After, and the person stays in, marked stale", async () => {
    // Time passes when the test says so, by one clock in both pages.
    const path = `/clocks?throttled&still=${Date.now()}`;
    await scene.go(tab, {}, path);
    await verified(tab);
    site.forget();
    let refused = false;
    site.fault = async (request, pass) => {
      if (!asksSession(request) || refused) return pass();
      refused = true;
      return json(429, { message: "Too many requests" }, { "retry-after": "30" });
    };
    assert.equal((await tab.evaluate(() => session.renew())).error.code, "too-many");
    const { status, verified: confirmed, error, data } = await view(tab);
    assert.deepEqual([status, confirmed, error.code, data.user.email], ["active", false, "too-many", tab.person.email]);
    // Whoever asks meanwhile hears at once that it cannot be; so does another page that is opened.
    for (let i = 0; i < 5; i++) assert.equal((await tab.evaluate(() => session.refresh())).ok, false);
    const other = await scene.tab({}, path);
    assert.equal((await view(other)).data.user.email, tab.person.email);
    const pass = async (ms) => {
      for (const one of [tab, other]) await one.evaluate((time) => window.pass(time), ms);
    };
    await pass(29_900);
    for (const one of [tab, other]) assert.equal((await one.evaluate(() => session.refresh())).ok, false);
    assert.deepEqual(site.requests.filter(asksSession).map((request) => request.status), [429]);
    await pass(10_000);
    await verified(tab);
    assert.deepEqual(site.requests.filter(asksSession).map((request) => request.status), [429, 200]);
  });

  test("22 each kind of 5xx keeps the person in, and is asked again after a while that differs", async () => {
    const statuses = [500, 502, 503, 504, 520];
    const failures = [];
    const recoveries = [];
    const names = await tab.evaluate(async (count) => {
      session.dispose();
      const { createSession } = await import("/stayd/index.js");
      window.sessions = [];
      for (let i = 0; i < count; i++) {
        const one = createSession({ name: `one-${i}` });
        sessions.push(one);
        await new Promise((resolve) => one.subscribe((seen) => seen.verified && resolve()));
      }
      return sessions.length;
    }, statuses.length);
    assert.equal(names, 5);
    site.fault = async (request, pass) => {
      if (!asksSession(request)) return pass();
      if (failures.length < statuses.length) {
        failures.push(Date.now());
        return { status: statuses[failures.length - 1], headers: { "content-type": "text/html" }, body: "<h1>Oops</h1>" };
      }
      recoveries.push(Date.now());
      return pass();
    };
    const results = await tab.evaluate(() => Promise.all(sessions.map((one) => one.renew().then(() => one.get()))));
    for (const { data, verified: confirmed, error, status } of results) {
      assert.deepEqual([status, confirmed, error.code], ["active", false, "unavailable"]);
      assert.equal(data.user.email, tab.person.email);
    }
    assert.deepEqual(results.map(({ error }) => error.status).sort(), statuses);
    await until("each to recover", () => tab.evaluate(() => sessions.every((one) => one.get().verified)));
    const waits = recoveries.map((at) => at - failures[0]);
    assert.equal(recoveries.length, 5, "one more request for each");
    assert.ok(Math.min(...waits) >= 1900, `${waits}`);
    assert.ok(Math.max(...waits) - Math.min(...waits) >= 50, `all at once: ${waits}`);
  });

  test("23 requests that wait when the session is refused are each rejected once, with one kind of error", async () => {
    let refused = 0;
    const all = gate();
    site.fault = async (request, pass) => {
      if (asksSession(request)) {
        await all.opened;
        return json(200, null);
      }
      if (!asksApp(request)) return pass();
      if (++refused === 10) all.open();
      return UNAUTHORIZED;
    };
    assert.deepEqual(await tab.evaluate(things, 10), Array(10).fill("SessionFailure ended"));
    assert.equal(site.count("/get-session"), 1);
    assert.equal(site.requests.filter(asksApp).length, 10, "none is sent again");
    assert.equal((await view(tab)).ended, "revoked");
  });

  test("24 a listener may ask for anything from inside a change", async () => {
    const calls = await tab.evaluate(async () => {
      const results = [];
      let left = 3;
      const keep = (promise) => results.push(promise);
      session.listen(() => {
        if (left-- <= 0) return;
        keep(session.renew());
        keep(session.refresh());
        keep(session.fetch("/blank").then(({ ok }) => ({ ok })));
        if (left === 0) keep(session.signOut());
      });
      session.on("renewed", () => keep(session.refresh()));
      await session.update({ name: "Grace" });
      await session.update({ name: "Joan" });
      await session.update({ name: "Rosalind" });
      return { settled: await Promise.allSettled(results), view: session.get() };
    });
    assert.ok(calls.settled.length >= 4);
    await untilView(tab, { ended: "signed-out", data: null });
  });

  test("what a listener asks for is answered for itself, not by the answer that it hears of", async () => {
    const more = await tab.evaluate(async ({ session: { id }, user }) => {
      const { createSession } = await import("/stayd/index.js");
      let asked = 0;
      let endsIn = 3_600_000;
      // Each answer takes its time, and names a later end, of which listeners hear.
      const check = async () => {
        asked += 1;
        await fetch("/blank");
        endsIn += 3_600_000;
        const data = { session: { id, userId: user.id, expiresAt: new Date(Date.now() + endsIn).toISOString() }, user };
        return { kind: "session", data, id, userId: user.id, renewsIn: endsIn / 2, endsIn };
      };
      const own = createSession({ name: "listener", backend: { check, signOut: async () => ({ kind: "nobody" }) } });
      await own.refresh();
      const inListener = new Promise((resolve) => {
        const stop = own.on("renewed", async () => {
          stop();
          const before = asked;
          await own.refresh();
          resolve(asked - before);
        });
      });
      await own.refresh();
      const requests = await inListener;
      own.dispose();
      return requests;
    }, (await view(tab)).data);
    assert.equal(more, 1);
  });
});
