// Scenarios 42-44: the person is warned before the end, in every tab at once, by the session's own life.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { chromium, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { clocks, holdable } from "./clocks.mjs";
import { PASSWORD, openScene, pageWith, untilView, verified, view } from "./scene.mjs";

const MINUTE = 60_000;
const EVERY_USE = { STAYD_SESSION_EXPIRES_IN: "10m", STAYD_SESSION_UPDATE_AGE: "0" };
const NO_USE = { STAYD_SESSION_EXPIRES_IN: "1m", STAYD_SESSION_UPDATE_AGE: "1m" };
/** Writes down each warning, and when it came by the page's clock. */
const listen = (tab) =>
  tab.evaluate(() => {
    window.warnings = [];
    session.on("warned", ({ minutesLeft }) => warnings.push({ minutesLeft, at: Date.now() }));
  });
const warnings = (tab) => tab.evaluate(() => window.warnings);

for (const kind of holdable) {
  describe(`${kind.name}, a server that extends the session at every use`, () => {
    let scene;
    before(async () => (scene = await openScene(kind, { env: EVERY_USE, pages: { "/clocks": pageWith(clocks) } })));
    after(() => scene?.close());

    testIn(kind, "42, 43 every tab warns once, at one deadline, and all close when one stays signed in", ["tabs"], async () => {
      // Ten minutes and two of warning; time passes when the test says so, by one clock in all tabs.
      const options = { renewal: "manual", warning: 120, heartbeat: 0 };
      const path = `/clocks?throttled&still=${Date.now()}`;
      const tabs = [await scene.signedIn(options, path), await scene.tab(options, path), await scene.tab(options, path)];
      const pass = async (ms) => {
        for (const tab of tabs) await tab.evaluate((time) => window.pass(time), ms);
      };
      for (const tab of tabs) await verified(tab);
      for (const tab of tabs) await listen(tab);
      await pass(7 * MINUTE);
      for (const tab of tabs) assert.equal((await view(tab)).minutesLeft, 0, "not yet");
      for (let second = 0; second < 70; second++) await pass(1000);
      for (const tab of tabs) await untilView(tab, { minutesLeft: 2 });
      const all = (await Promise.all(tabs.map(warnings))).flat();
      assert.equal(all.length, 3, "once in each");
      const times = all.map(({ at }) => at);
      assert.ok(Math.max(...times) - Math.min(...times) < 1500, `one deadline: ${times}`);
      assert.equal((await view(tabs[0])).data.user.email, tabs[0].person.email);

      await tabs[0].front();
      assert.deepEqual(await tabs[0].evaluate(() => session.renew()), { ok: true });
      for (const tab of tabs) await untilView(tab, { minutesLeft: 0 });
      // The new end is warned of again.
      await pass(8 * MINUTE + 10_000);
      for (const tab of tabs) await until("the next warning", async () => (await warnings(tab)).length === 2);
      // Whoever closes it closes it everywhere, until another end is named.
      await tabs[1].evaluate(() => session.dismissWarning());
      for (const tab of tabs) await untilView(tab, { minutesLeft: 0, identity: "active" });
    });
  });
}

describe("a server that does not extend the session", () => {
  let scene;
  before(async () => (scene = await openScene(chromium, { env: NO_USE })));
  after(() => scene?.close());

  test("44 a renewal that moves no end lets the warning come", async () => {
    const tab = await scene.signedIn({ warning: 56 });
    assert.equal((await view(tab)).minutesLeft, 0, "a renewal is still to come");
    assert.deepEqual(await tab.evaluate(() => session.renew()), { ok: true });
    await untilView(tab, { minutesLeft: 1, identity: "active" });
  });

  test("44 a session that is not to be remembered is warned of, for no use extends it", async () => {
    const tab = await scene.signedIn({ warning: 86_400 });
    await tab.evaluate(() => session.signOut());
    const result = await tab.evaluate(
      (email, password) => session.signIn({ email, password, rememberMe: false }),
      tab.person.email,
      PASSWORD,
    );
    assert.deepEqual(result, { ok: true });
    const end = (await view(tab)).data.session.expiresAt;
    assert.deepEqual(await tab.evaluate(() => session.renew()), { ok: true });
    const { minutesLeft, data } = await until("the warning", async () => {
      const seen = await view(tab);
      return seen.minutesLeft > 0 && seen;
    });
    assert.ok(minutesLeft > 0);
    assert.equal(data.session.expiresAt, end);
  });
});
