// Scenarios 11, 12 and 15: tabs that are restored with an expired record, and a server whose tokens work once and that ends the session
// of one that is shown again.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { browsers, chromium, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { clocks } from "./clocks.mjs";
import { age, asksSession, gate, openScene, pageWith, untilView, verified, view } from "./scene.mjs";

const DAY = 86_400_000;
const TABS = 5;
// Each use of a session replaces its token, and the one before does not work from then on; but not twice within a second.
const GRACE = 1000;
const ROTATES = { STAYD_SESSION_ROTATION_GRACE: "1s", STAYD_SESSION_UPDATE_AGE: "0", STAYD_SECURITY_TOKEN_REUSE: "end" };
const STRICT = { ...ROTATES, STAYD_SESSION_ROTATION: "strict" };

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene, site;
    before(async () => {
      scene = await openScene(kind, { env: STRICT, pages: { "/clocks": pageWith(clocks) } });
      site = scene.site;
    });
    after(() => scene?.close());

    const told = (cookie) => fetch(`${site.server.origin}/api/auth/get-session`, { headers: { cookie, host: new URL(site.origin).host } });

    testIn(kind, "11, 12 five tabs restored with an expired record renew once, however long the server takes", ["tabs"], async () => {
      const tab = await scene.signedIn();
      const tabs = [tab, ...(await scene.blankTabs(TABS - 1))];
      for (const delay of kind === chromium ? [0, 0, 20, 200, 2000] : [0, 200]) {
        await Promise.all(tabs.map((one) => one.goto(`${site.origin}/blank`)));
        await age(tab, 8 * DAY);
        const replaced = Math.max(...site.requests.map(({ at }) => at)) + delay;
        await until("the server to replace tokens again", () => Date.now() > replaced + GRACE + 100);
        site.forget();
        // Not answered before every tab has read what is stored.
        const { opened, open } = gate();
        site.fault = async (request, pass) => {
          if (!asksSession(request)) return pass();
          await opened;
          // The server's work takes time, and so does the way of its answer.
          const answer = await pass();
          await new Promise((resolve) => setTimeout(resolve, delay));
          return answer;
        };
        // Together is within the five seconds for which a word is fresh, however slow the machine is to load pages.
        const together = `/clocks?still=${Date.now()}`;
        await Promise.all(tabs.map((one) => scene.go(one, {}, together)));
        open();
        for (const one of tabs) {
          await verified(one);
          const seen = await one.evaluate(() => views.map(({ status, data }) => [status, data?.user.email]));
          assert.ok(seen.every(([status, email]) => status !== "initial" && email === tab.person.email), JSON.stringify(seen));
        }
        assert.equal(site.count("/get-session"), 1, `with an answer after ${delay} ms`);
        site.fault = null;
      }
      // The server was as strict as it says: what was sent has been replaced, and to show it once more is the session's end.
      const [{ cookie, at }] = site.requests.filter(asksSession);
      await until("the grace of the token before to be over", () => Date.now() > at + 2000 + GRACE + 100);
      assert.equal(await (await told(cookie)).text(), "null");
      await tab.front();
      // What it has been told is fresh, by its own clock.
      await tab.evaluate(() => (pass(10_000), session.refresh()));
      for (const one of tabs) await untilView(one, { identity: "anonymous", ended: "revoked" });
    });
  });
}

for (const [rotation, goesOn] of [["grace", true], ["strict", false]]) {
  describe(`${chromium.name}, ${rotation}`, () => {
    let scene, site;
    before(async () => {
      scene = await openScene(chromium, { env: { ...ROTATES, STAYD_SESSION_ROTATION: rotation } });
      ({ site } = scene);
    });
    after(() => scene?.close());

    const outcome = goesOn ? "is told again" : "is one end, and no more is asked";
    test(`15 where tokens rotate (${rotation}) and the answer with the next one is lost, it ${outcome}`, async () => {
      const tab = await scene.signedIn();
      const other = await scene.tab();
      await verified(other);
      await until("the server to replace tokens again", () => Date.now() > Math.max(...site.requests.map(({ at }) => at)) + GRACE + 100);
      site.forget();
      let lost = 0;
      site.fault = async (request, pass) => {
        const answer = await pass();
        return asksSession(request) && ++lost === 1 ? null : answer;
      };
      for (const one of [tab, other]) {
        await one.evaluate(() => {
          window.ends = 0;
          session.on("ended", () => window.ends++);
        });
      }
      // The browser asks once more by itself, or the client does when it has waited; either is told that the token has been replaced.
      await tab.evaluate(() => session.renew());
      await until("it to ask again", () => lost > 1);
      const wanted = goesOn ? { identity: "active", verified: true } : { identity: "anonymous", verified: true, error: null };
      for (const one of [tab, other]) await untilView(one, wanted);
      const asked = site.requests.length;
      for (const one of [tab, other]) {
        assert.equal(await one.evaluate(() => window.ends), goesOn ? 0 : 1);
        assert.deepEqual(await one.evaluate(() => session.refresh()), { ok: true });
      }
      assert.ok(asked <= 12 && site.requests.length <= asked + 2, `${asked} requests, then ${site.requests.length - asked}`);
      assert.equal((await view(tab)).data?.user.email, goesOn ? tab.person.email : undefined);
    });
  });
}
