// Scenarios 11 and 12: five tabs that are restored with an expired record, and a server whose tokens work once.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { browsers, chromium, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { clocks } from "./clocks.mjs";
import { age, asksSession, gate, openScene, pageWith, verified } from "./scene.mjs";

const DAY = 86_400_000;
const TABS = 5;
// Each use of a session replaces its token, and the one before does not work from then on; but not twice within a second.
const GRACE = 1000;
const STRICT = { STAYD_SESSION_ROTATION: "strict", STAYD_SESSION_ROTATION_GRACE: "1s", STAYD_SESSION_UPDATE_AGE: "0" };

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
        // The server was as strict as it says: what was sent has been replaced.
        const [{ cookie }] = site.requests.filter(asksSession);
        const answer = await told(cookie);
        assert.ok(answer.status === 409 || (await answer.text()) === "null", `the token before: ${answer.status}`);
      }
    });
  });
}
