// Scenarios 18 and 19: tabs that are late, and tabs that are due at once.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { chromium, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { clocks, holdable } from "./clocks.mjs";
import { asksSession, gate, openScene, pageWith, verified, view } from "./scene.mjs";

/** A tab that hears nothing of the others. */
function deaf() {
  Object.defineProperty(BroadcastChannel.prototype, "onmessage", { set() {} });
}
const ENV = { STAYD_SESSION_EXPIRES_IN: "10m", STAYD_SESSION_UPDATE_AGE: "0" };
const PAGES = { "/clocks": pageWith(clocks), "/deaf": pageWith(deaf) };

/** The generations that both storages hold: the second word of a record. */
const generations = (tab) =>
  tab.evaluate(async () => {
    const database = await new Promise((resolve) => (indexedDB.open("stayd", 1).onsuccess = ({ target }) => resolve(target.result)));
    const request = database.transaction("records").objectStore("records").get("stayd");
    const { record } = await new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    database.close();
    const hint = JSON.parse(localStorage.getItem("stayd.session")).record;
    return [record, Uint8Array.from(hint)].map((bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true));
  });

for (const kind of holdable) {
  describe(kind.name, () => {
    // Firefox takes half a second for each.
    const [many, inWords] = kind === chromium ? [20, "twenty"] : [5, "five"];
    let scene, site;
    before(async () => {
      scene = await openScene(kind, { pages: PAGES, env: ENV });
      ({ site } = scene);
    });
    after(() => scene?.close());

    testIn(kind, "18 a tab that comes late with an older generation replaces nothing, in storage or in the other tab", ["tabs"], async () => {
      const a = await scene.signedIn({ heartbeat: 0 }, "/clocks?throttled");
      const late = await scene.tab({ heartbeat: 0 }, "/deaf");
      await verified(late);
      const [before] = await generations(a);
      // The late tab has read what is stored, has its turn and waits for the server; the other loses patience and renews.
      const { opened, open } = gate();
      site.forget();
      site.fault = async (request, pass) => {
        const answer = await pass();
        if (request === site.requests[0]) await opened;
        return answer;
      };
      await late.evaluate(() => void (window.asked = session.refresh()));
      await until("the late tab's request", () => site.requests.some(asksSession));
      // Twice, for the late answer brings a later end than the page had, too.
      for (let renewals = 0; renewals < 2; renewals++) {
        await a.evaluate(() => void (window.renewed = session.renew()));
        await until("the other to wait", () => a.evaluate(async () => (await navigator.locks.query()).pending.length === 1));
        await a.evaluate(() => pass(20_000));
        assert.deepEqual(await a.evaluate(() => renewed), { ok: true });
      }
      await until("the renewals to be stored", async () => (await generations(a)).every((generation) => generation > before + 1));
      const now = await generations(a);
      open();
      assert.deepEqual(await late.evaluate(() => asked), { ok: true });
      await until("the late tab's turn to be over", () => a.evaluate(async () => (await navigator.locks.query()).held.length === 0));
      assert.deepEqual(await generations(a), now);
      assert.equal((await a.evaluate(() => session.get())).identity, "active");
    });

    testIn(kind, `19 ${inWords} tabs that reach the renewal together renew once`, ["tabs"], async () => {
      // By one clock in all of them, however long it takes to open so many.
      const [options, path] = [{ heartbeat: 0 }, `/clocks?throttled&still=${Date.now()}`];
      const tabs = [await scene.signedIn(options, path)];
      for (let i = 1; i < many; i++) tabs.push(await scene.tab(options, path));
      for (const tab of tabs) await verified(tab);
      const end = async (tab) => Date.parse((await view(tab)).data.session.expiresAt);
      const before = Math.max(...(await Promise.all(tabs.map(end))));
      site.forget();
      // Together: the first is not answered before all the others wait for their turn.
      const { opened, open } = gate();
      site.fault = async (request, pass) => (asksSession(request) ? opened.then(pass) : pass());
      await Promise.all(tabs.map((tab) => tab.evaluate(() => pass(560_000))));
      const turns = () => tabs[0].evaluate(async () => Object.values(await navigator.locks.query()).map(({ length }) => length));
      await until("one turn, and the others that wait", async () => `${await turns()}` === `1,${many - 1}`, 120);
      open();
      await until("no turn and no wait", async () => `${await turns()}` === "0,0", 120);
      assert.deepEqual(site.requests.map(({ url, status }) => [url, status]), [["/api/auth/get-session?disableCookieCache=true", 200]]);
      for (const tab of tabs) await until("every tab to know the new end", async () => (await end(tab)) > before, 120);
      assert.equal(new Set(await Promise.all(tabs.map(end))).size, 1, "which is the same for all");
    });

    testIn(kind, "19 tabs that cannot hear of one another spread their renewals", ["tabs"], async () => {
      const first = await scene.signedIn({ name: "none" }, "/clocks?throttled");
      const delays = [];
      for (const name of ["a", "b", "c", "d", "e"]) {
        await scene.go(first, { name, heartbeat: 0 }, `/clocks?throttled&${name}`);
        await verified(first);
        await first.evaluate(() => pass(475_000));
        for (let step = 0; step < 40 && (await first.evaluate(() => sent.length)) === 1; step++) {
          // A turn takes real time: it is over, or has not begun, before the next half second.
          await first.evaluate(async (lock) => {
            pass(500);
            await navigator.locks.request(lock, () => {});
          }, `stayd:${name}`);
        }
        const [asked, renewed] = await first.evaluate(() => sent.map(({ at }) => at));
        delays.push(Math.round((renewed - asked) / 500));
      }
      // Due after 480 seconds of 600; no later than ten seconds after that.
      for (const delay of delays) assert.ok(delay >= 959 && delay <= 984, `${delays} half seconds`);
      assert.ok(new Set(delays).size > 1, `all after ${delays} half seconds`);
    });
  });
}
