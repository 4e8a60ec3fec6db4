// Scenarios 32-41: no network, a network that is dead, computers that sleep, clocks that are wrong (AU-4, EN-2, EN-11, SS-10).
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { browsers, chromium, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { clocks } from "./clocks.mjs";
import { age, openScene, pageWith, untilView, verified, view } from "./scene.mjs";

const HOUR = 3_600_000;
/** The page, with a session that is made when the test says so. */
const LATER = `<!doctype html><title>later</title><script type="module">
  import { createSession } from "/stayd/index.js";
  window.begin = () => (window.session = createSession()).get();
</script>`;
const PAGES = { "/later": LATER, "/clocks": pageWith(clocks) };
// Sessions of ten minutes, which every use may renew.
const ENV = { STAYD_SESSION_EXPIRES_IN: "10m", STAYD_SESSION_UPDATE_AGE: "0" };

/** What the binary says to the cookies of the page's last request: who is signed in with them. */
const personOf = async (site, cookie) => {
  const answer = await fetch(`${site.server.origin}/api/auth/get-session`, { headers: { cookie } });
  return (await answer.json())?.user.email ?? null;
};

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene, site;
    before(async () => {
      scene = await openScene(kind, { pages: PAGES, env: ENV });
      ({ site } = scene);
    });
    after(() => scene?.close());

    testIn(kind, "32 a page that starts offline shows the person it remembers at once", ["offline"], async () => {
      const tab = await scene.signedIn();
      await tab.goto(`${site.origin}/later`);
      await age(tab, HOUR / 60);
      await until("the module", () => tab.evaluate(() => typeof begin === "function"));
      await scene.browser.offline(true);
      try {
        const first = await tab.evaluate(() => begin());
        assert.equal(first.data?.user.email, tab.person.email);
        assert.deepEqual([first.offline, first.ended, first.canMutate, first.verified], [true, null, false, false]);
        assert.equal(first.error.code, "offline");
      } finally {
        await scene.browser.offline(false);
      }
      await verified(tab);
    });

    testIn(kind, "33 a session that ends while offline is kept, and renewed by one request of all tabs when online", ["offline"], async () => {
      const path = `/clocks?throttled&still=${Date.now()}`;
      const tabs = [await scene.signedIn({}, path)];
      for (let i = 0; i < 2; i++) tabs.push(await scene.tab({}, path));
      for (const tab of tabs) await verified(tab);
      await scene.browser.offline(true);
      try {
        for (const tab of tabs) {
          await tab.evaluate((ms) => sleep(ms), HOUR);
          assert.equal((await tab.evaluate(() => session.refresh())).error.code, "offline");
          const { data, expired, canMutate } = await view(tab);
          assert.equal(data?.user.email, tabs[0].person.email, "no sign-out");
          assert.deepEqual({ expired, canMutate }, { expired: true, canMutate: false });
        }
      } finally {
        site.forget();
        await scene.browser.offline(false);
      }
      for (const tab of tabs) await untilView(tab, { offline: false });
      for (const tab of tabs) await tab.evaluate(() => pass(2000));
      for (const tab of tabs) await untilView(tab, { verified: true, canMutate: true, expired: false });
      assert.equal(site.count("/get-session"), 1, "one request for three tabs, within two seconds");
    });

    testIn(kind, "34 while the browser says that it is offline nothing is sent", ["offline"], async () => {
      const tab = await scene.signedIn({ heartbeat: 5 }, "/clocks");
      await scene.browser.offline(true);
      try {
        await untilView(tab, { offline: true });
        const before = await tab.evaluate(() => sent.length);
        for (let minute = 0; minute < 60; minute++) {
          const result = await tab.evaluate(async () => (sleep(60_000), await session.refresh()));
          assert.deepEqual([result.ok, result.error.code], [false, "offline"]);
        }
        assert.equal(await tab.evaluate(() => sent.length), before);
      } finally {
        await scene.browser.offline(false);
      }
      await verified(tab);
    });

    testIn(kind, "36 a sign-out without a network holds at once, and is told by a later tab when the first is gone", ["tabs"], async () => {
      const a = await scene.signedIn();
      const b = await scene.tab();
      await verified(b);
      const { cookie } = site.requests.at(-1);
      assert.equal(await personOf(site, cookie), a.person.email);
      // The browser knows that there is no network; that of the server stays dead a little longer, until the first tab is gone.
      site.fault = async () => null;
      if (kind.capabilities.offline) await scene.browser.offline(true);
      const result = await a.evaluate(() => session.signOut());
      assert.equal(result.ok, false, "the server has not heard of it");
      for (const tab of [a, b]) assert.equal((await untilView(tab, { identity: "anonymous" })).ended, "signed-out");
      assert.equal(await personOf(site, cookie), a.person.email);
      await a.close();
      if (kind.capabilities.offline) await scene.browser.offline(false);
      await b.goto(`${site.origin}/blank`);
      site.fault = null;
      site.forget();
      await scene.go(b);
      assert.equal((await view(b)).data, null, "the new page shows nobody, though the server has not been told");
      await until("the server to be told", () => site.requests.some(({ path, status }) => path === "/sign-out" && status === 200));
      assert.equal(site.requests[0].path, "/sign-out", "before it is asked anything");
      assert.equal(await personOf(site, cookie), null);
    });

    testIn(kind, "41 a tab that was hidden for a day asks before the person can do anything", ["hidden"], async () => {
      const tab = await scene.signedIn({}, "/clocks");
      const other = await scene.tab({ name: "other" });
      await until("the tab to be hidden", () => tab.evaluate(() => document.visibilityState === "hidden"));
      const { cookie } = site.requests.at(-1);
      // Meanwhile the person signs out on another device; and this computer sleeps for a day.
      const headers = { cookie, origin: site.origin, "content-type": "application/json" };
      const revoked = await fetch(`${site.server.origin}/api/auth/revoke-sessions`, { method: "POST", headers, body: "{}" });
      assert.equal(revoked.status, 200);
      await tab.evaluate((ms) => {
        sleep(ms);
        window.shown = new Promise((resolve) => {
          document.addEventListener("visibilitychange", () => setTimeout(() => resolve([session.get(), session.fetch("/api/auth/list-sessions")])));
        }).then(([{ canMutate }, asked]) => asked.then(() => "sent", ({ code }) => code).then((asked) => ({ canMutate, asked })));
      }, 24 * HOUR);
      site.forget();
      await tab.front();
      const seen = await tab.evaluate(() => window.shown);
      assert.deepEqual(seen, { canMutate: false, asked: "ended" });
      assert.equal((await view(tab)).data, null);
      assert.equal(site.count("/list-sessions"), 0);
      await other.close();
    });
  });
}

describe("chromium", () => {
  let scene, site;
  before(async () => {
    scene = await openScene(chromium, { pages: PAGES, env: ENV });
    ({ site } = scene);
  });
  after(() => scene?.close());

  test("35 a dead network behind a browser that says online is tried again by itself, after a while", async () => {
    const tab = await scene.signedIn({}, "/clocks");
    await verified(tab);
    site.fault = async () => null;
    // Counted in the page: browsers repeat by themselves what got no answer on a connection that was used before.
    await tab.evaluate(() => void (sent.length = 0));
    const { ok, error } = await tab.evaluate(() => session.refresh());
    assert.deepEqual([ok, error.code], [false, "unreachable"]);
    const { identity, verified: confirmed, offline, error: shown } = await view(tab);
    assert.deepEqual([identity, confirmed, offline, shown.code], ["active", false, false, "unreachable"]);
    site.fault = null;
    await verified(tab);
    const [first, second, ...more] = await tab.evaluate(() => sent.map(({ at }) => at));
    // The first wait is 10 to 15 s; the second would be a minute.
    assert.ok(second - first >= 9_900 && second - first < 60_000, "one attempt, after the first wait, brought it back");
    assert.deepEqual(more, [], "and no other was made; that waits grow is a story of the core");
  });

  test("37 after a sleep across the end one question goes out before any request that waits", async () => {
    const tab = await scene.signedIn({}, "/clocks");
    await verified(tab);
    site.forget();
    const statuses = await tab.evaluate(async (ms) => {
      sleep(ms);
      const all = Array.from({ length: 5 }, () => session.fetch("/api/auth/list-sessions"));
      return Promise.all(all.map(async (answer) => (await answer).status));
    }, HOUR);
    assert.deepEqual(statuses, [200, 200, 200, 200, 200]);
    const paths = site.requests.map(({ path }) => path);
    assert.equal(paths[0], "/get-session");
    assert.deepEqual(paths.slice(1), Array(5).fill("/list-sessions"), "and nothing else");
    assert.ok(site.requests[1].at >= site.requests[0].at);
  });

  test("38 after a sleep beyond the end of a session that is gone the state is out, as expired, by one question", async () => {
    const tab = await scene.signedIn({}, "/clocks");
    await verified(tab);
    const { cookie } = site.requests.at(-1);
    const headers = { cookie, origin: site.origin, "content-type": "application/json" };
    await fetch(`${site.server.origin}/api/auth/revoke-sessions`, { method: "POST", headers, body: "{}" });
    site.forget();
    await tab.evaluate((ms) => {
      sleep(ms);
      window.asked = session.fetch("/api/auth/list-sessions").catch(({ code }) => code);
    }, HOUR);
    const { ended, expired, error } = await untilView(tab, { identity: "anonymous" });
    assert.deepEqual({ ended, expired, error }, { ended: "expired", expired: true, error: null });
    assert.equal(await tab.evaluate(() => window.asked), "ended");
    assert.deepEqual(site.requests.map(({ path }) => path), ["/get-session"]);
  });

  test("39 a clock that is an hour wrong, or jumps while the page runs, costs no renewal", async () => {
    const options = { heartbeat: 60 };
    const flow = async (wrong, jump = 0) => {
      const tab = await scene.signedIn(options, `/clocks?throttled&wrong=${wrong}`);
      await scene.go(tab, options, `/clocks?throttled&wrong=${wrong}&again`);
      await verified(tab);
      site.forget();
      if (jump) await tab.evaluate((ms) => (sleep(ms), session.fetch("/api/auth/list-sessions")), jump);
      for (let beats = 0; beats < 3; beats++) {
        const before = site.count("/get-session");
        await tab.evaluate(() => pass(70_000));
        await until("a heartbeat", () => site.count("/get-session") > before);
        await until("the end of its turn", () => tab.evaluate(async () => (await navigator.locks.query()).held.length === 0));
      }
      return site.requests.filter(({ path }) => path === "/get-session").map(({ url }) => url);
    };
    const right = await flow(0);
    assert.deepEqual(right, Array(3).fill("/api/auth/get-session"), "three heartbeats, no renewal");
    assert.deepEqual(await flow(HOUR), right);
    assert.deepEqual(await flow(-HOUR), right);
    assert.deepEqual(await flow(0, -HOUR), right);
    // A leap looks like a sleep: that costs one question, and no renewal.
    assert.deepEqual(await flow(0, HOUR), [right[0], ...right]);
  });

  test("39 by a clock that is an hour wrong a renewal comes when it is due, and once", async () => {
    for (const wrong of [0, HOUR, -HOUR]) {
      // By a name of its own: the tabs of before do not ask as well.
      const tab = await scene.signedIn({ heartbeat: 0, name: `wrong${wrong}` }, `/clocks?throttled&wrong=${wrong}`);
      await verified(tab);
      await until("the end of its turn", () => tab.evaluate(async () => (await navigator.locks.query()).held.length === 0));
      site.forget();
      // Due at 480 seconds of 600, and up to ten more.
      const turns = (ms) => tab.evaluate(async (ms) => (pass(ms), Object.values(await navigator.locks.query()).flat().length), ms);
      assert.equal(await turns(470_000), 0, `${wrong} ms wrong: nothing is due`);
      await turns(25_000);
      await until("the renewal", () => site.requests.some(({ status }) => status === 200));
      assert.deepEqual(site.requests.map(({ url }) => url), ["/api/auth/get-session?disableCookieCache=true"], `${wrong} ms wrong`);
    }
  });

  test("39 a clock that is an hour wrong costs no renewal where the server is at another origin", async (t) => {
    const env = (origin) => ({ ...ENV, BETTER_AUTH_URL: "http://auth.example.test", STAYD_TRUSTED_ORIGINS: origin });
    const scene = await openScene(chromium, { pages: { "/clocks": pageWith(clocks) }, env });
    t.after(() => scene.close());
    const options = { heartbeat: 60, url: `${scene.site.server.origin}/api/auth` };
    const flow = async (wrong) => {
      const tab = await scene.signedIn(options, `/clocks?throttled&wrong=${wrong}`);
      await scene.go(tab, options, `/clocks?throttled&wrong=${wrong}&again`);
      await verified(tab);
      await tab.evaluate(() => void (sent.length = 0));
      const questions = () => tab.evaluate(() => sent.map(({ url }) => url));
      for (let beats = 1; beats <= 3; beats++) {
        await tab.evaluate(() => pass(70_000));
        await until("a heartbeat", async () => (await questions()).length >= beats);
        await until("the end of its turn", () => tab.evaluate(async () => (await navigator.locks.query()).held.length === 0));
      }
      return questions();
    };
    const right = Array(3).fill(`${options.url}/get-session`);
    for (const wrong of [0, HOUR, -HOUR]) assert.deepEqual(await flow(wrong), right, `${wrong} ms wrong`);
  });

  test("40 where timers run once a minute a renewal and a warning are at most late", async () => {
    const tab = await scene.signedIn({ heartbeat: 0 }, "/clocks?throttled");
    await verified(tab);
    site.forget();
    const minutes = async (count) => {
      for (let i = 0; i < count; i++) await tab.evaluate(() => pass(60_000));
    };
    // Due at 8 of 10 minutes, and a little.
    await minutes(7);
    assert.equal(site.requests.filter(({ url }) => url.includes("disableCookieCache")).length, 0);
    await minutes(2);
    await until("the renewal", () => site.requests.filter(({ url, status }) => url.includes("disableCookieCache") && status === 200).length === 1);
    const manual = await scene.signedIn({ renewal: "manual", warning: 120, heartbeat: 0 }, "/clocks?throttled&manual");
    await verified(manual);
    const left = [];
    for (let minute = 0; minute < 9; minute++) left.push(await manual.evaluate(() => (pass(60_000), session.get().minutesLeft)));
    // Two minutes before the end of ten, or at the next minute's turn.
    assert.deepEqual(left.slice(0, 7), Array(7).fill(0));
    assert.ok(left[8] > 0, `${left}`);
  });
});
