// Scenarios 13-16: which tab renews, and what happens when it does not come back.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { browsers, chromium, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { age, asksSession, gate, openScene, pageWith, verified, view } from "./scene.mjs";

const DAY = 86_400_000;

function lockless() {
  Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined });
}

/** The process that a tab's page runs in dies. */
async function crash({ page }) {
  page.on("error", () => {});
  const cdp = await page.createCDPSession();
  await new Promise((resolve) => {
    cdp.on("Inspector.targetCrashed", resolve);
    cdp.send("Page.crash").catch(() => {});
  });
}

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene, site;
    before(async () => {
      scene = await openScene(kind, { pages: { "/lockless": pageWith(lockless) } });
      site = scene.site;
    });
    after(() => scene?.close());

    /** A person signed in, whose tabs have been closed for so long that what is remembered has run out. */
    const restored = async (options) => {
      const tab = await scene.signedIn(options);
      await age(tab, 8 * DAY);
      await tab.goto(`${site.origin}/blank`);
      site.forget();
      return tab;
    };

    const longestTurn = { timeout: 2 };
    /** Longer than two pages take to load on a slow machine and a lease to run out: nobody acts alone before one tab may take over. */
    const longTurn = { timeout: 8 };
    /** In ms: such a turn, and as much again for a slow machine. */
    const PATIENCE = 2 * 10_000;

    const departures = [
      ["is closed", "/", (tab) => tab.close()],
      ["is closed, and turns are leases,", "/lockless", (tab) => tab.close()],
      ...(kind === chromium ? [["crashes", "/", crash]] : []),
    ];
    for (const [departs, path, depart] of departures) testIn(kind, `13 when the tab that renews ${departs} another one takes over`, ["tabs"], async () => {
      const tab = await restored();
      const [second, third] = await scene.blankTabs(2);
      const { opened, open } = gate();
      let asked = 0;
      site.fault = async (request, pass) => {
        if (asksSession(request) && ++asked === 1) await opened;
        return pass();
      };
      await scene.go(tab, longTurn, path);
      await until("the first tab to ask", () => asked === 1);
      await Promise.all([second, third].map((one) => scene.go(one, longTurn, path)));
      await second.front();
      const left = Date.now();
      await depart(tab);
      for (const one of [second, third]) assert.equal((await verified(one)).data.user.email, tab.person.email);
      assert.equal(site.count("/get-session"), 2, "one of the two others asked");
      // No tab waits for another longer than that one may wait for the server, and two seconds.
      const waited = site.requests.filter(asksSession)[1].at - left;
      assert.ok(waited < PATIENCE, `${waited} ms`);
      open();
      if (!tab.closed) await tab.close();
    });

    testIn(kind, "14 while the tab that renews is frozen others read the session, and renew", ["tabs", "freeze"], async () => {
      const tab = await restored();
      const [second] = await scene.blankTabs(1);
      const { opened, open } = gate();
      let asked = 0;
      site.fault = async (request, pass) => {
        if (asksSession(request) && ++asked === 1) await opened;
        return pass();
      };
      await scene.go(tab, longestTurn);
      await until("the first tab to ask", () => asked === 1);
      await second.front();
      await tab.freeze(true);
      await scene.go(second, longestTurn);
      assert.equal((await second.evaluate(() => first)).data.user.email, tab.person.email, "it reads at once");
      assert.equal((await verified(second)).data.user.email, tab.person.email);
      // What the frozen tab is answered now is no news to anybody; nor that it has lost patience, where it was stopped from outside.
      open();
      await tab.freeze(false);
      await tab.front();
      await verified(tab);
      await second.evaluate(() => session.refresh());
      for (const one of [tab, second]) {
        assert.equal((await view(one)).verified, true);
        const people = await one.evaluate(() => views.map(({ data }) => data?.user.email));
        assert.ok(people.every((email) => email === tab.person.email), `${people}`);
      }
      assert.ok(site.count("/get-session") <= 4, `${site.count("/get-session")} requests`);
    });

    testIn(kind, "15 a renewal whose answer was lost is asked for again, and the person stays in", ["tabs"], async () => {
      const tab = await restored();
      let lost = 0;
      site.fault = async (request, pass) => {
        const answer = await pass();
        return asksSession(request) && ++lost === 1 ? null : answer;
      };
      await scene.go(tab);
      await verified(tab);
      const seen = await tab.evaluate(() => views.map(({ data }) => data?.user.email));
      assert.ok(seen.every((email) => email === tab.person.email));
      assert.equal(lost, 2);
    });

    testIn(kind, "16 a tab that finds that another has renewed takes that over and sends nothing", ["tabs"], async () => {
      const tab = await scene.signedIn();
      const other = await scene.tab();
      await verified(other);
      const { opened, open } = gate();
      site.forget();
      site.fault = async (request, pass) => {
        if (asksSession(request)) await opened;
        return pass();
      };
      await tab.evaluate(() => void (window.renewal = session.renew()));
      await until("the first tab to ask", () => site.count("/get-session") === 1);
      await other.evaluate(() => void (window.renewal = session.renew()));
      open();
      assert.deepEqual(await tab.evaluate(() => renewal), { ok: true });
      assert.deepEqual(await other.evaluate(() => renewal), { ok: true });
      assert.equal(site.count("/get-session"), 1);
    });
  });
}
