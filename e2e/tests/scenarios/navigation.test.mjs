// Scenarios 45-48: pages that come back from the back/forward cache, and sessions that end on another device (AU-13, EN-1).
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { browsers, chromium, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { clocks } from "./clocks.mjs";
import { PAGE } from "../../app/site.mjs";
import { PASSWORD, asksSession, gate, openScene, pageWith, untilView, verified, view } from "./scene.mjs";

/** Writes down what each frame shows since the page was loaded, or was left last. */
function frames() {
  globalThis.frames = [];
  globalThis.persisted = null;
  addEventListener("pagehide", () => {
    globalThis.frames.length = 0;
    globalThis.persisted = null;
  });
  addEventListener("pageshow", (event) => (globalThis.persisted = event.persisted));
  const look = () => {
    if (document.visibilityState === "visible") globalThis.frames.push(document.getElementById("who")?.textContent);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}
/** Tabs that hear nothing of one another: no message puts a page out of the cache, and none saves it when it comes back. */
function deaf() {
  Object.defineProperty(window, "BroadcastChannel", { value: undefined });
  addEventListener("storage", (event) => event.stopImmediatePropagation());
}
const PAGES = { "/frames": pageWith(frames), "/deaf": pageWith(`() => ((${deaf})(), (${frames})())`), "/clocks": pageWith(clocks) };

/** Signs the same person in on another device and ends all other sessions. */
export async function revokeElsewhere(site, { email }) {
  const post = async (path, body, cookie = "") => {
    const headers = { "content-type": "application/json", origin: site.origin, cookie };
    const answer = await fetch(`${site.server.origin}/api/auth${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    assert.equal(answer.status, 200, path);
    return answer.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  };
  const cookie = await post("/sign-in/email", { email, password: PASSWORD });
  await post("/revoke-other-sessions", {}, cookie);
}

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene, site;
    before(async () => {
      scene = await openScene(kind, { pages: PAGES });
      ({ site } = scene);
    });
    after(() => scene?.close());

    testIn(kind, "47 a page with an open session goes into the back/forward cache, and holds no lock", ["backForwardCache"], async () => {
      const tab = await scene.signedIn({}, "/frames");
      await verified(tab);
      await until("the turn to be over", () => tab.evaluate(async () => (await navigator.locks.query()).held.length === 0));
      await tab.goto(`${site.origin}/blank`);
      await tab.back();
      await until("the page to be shown", () => tab.evaluate(() => window.persisted !== null));
      assert.equal(await tab.evaluate(() => window.persisted), true, "it was kept");
      // It is alive: it hears, and tells.
      const other = await scene.tab();
      await verified(other);
      await other.evaluate(() => void session.signOut());
      await untilView(tab, { identity: "anonymous" });
    });

    testIn(kind, "45 after a sign-out elsewhere no frame shows the person when the page comes back", ["backForwardCache"], async () => {
      const tab = await scene.signedIn({}, "/frames");
      const other = await scene.tab();
      await verified(other);
      await tab.front();
      await tab.goto(`${site.origin}/blank`);
      await other.evaluate(() => session.signOut());
      await tab.back();
      const shown = () => tab.evaluate(() => window.persisted !== null && window.frames.length > 2 && window.frames);
      const seen = await until("some frames", shown);
      assert.deepEqual(seen.filter((text) => text?.includes("@")), [], "nobody's address in any frame");
      assert.equal((await view(tab)).data, null);
    });

    testIn(kind, "45 a page that stays in the back/forward cache through the sign-out shows nobody from its first frame on", ["backForwardCache"], async () => {
      const tab = await scene.signedIn({}, "/deaf");
      const other = await scene.tab({}, "/deaf");
      await verified(other);
      await tab.front();
      await until("frames that show the person", () => tab.evaluate((email) => frames.at(-1) === email, tab.person.email));
      await until("the turn to be over", () => tab.evaluate(async () => (await navigator.locks.query()).held.length === 0));
      await tab.goto(`${site.origin}/blank`);
      assert.deepEqual(await other.evaluate(() => session.signOut()), { ok: true });
      await tab.back();
      const seen = await until("some frames", () => tab.evaluate(() => persisted !== null && frames.length > 2 && frames), 120);
      assert.equal(await tab.evaluate(() => persisted), true, "it was kept");
      assert.deepEqual([...new Set(seen)], ["nobody"]);
      assert.equal((await view(tab)).data, null);
    });

    testIn(kind, "45 a page to which a link has led that signs out shows nobody, however recent the server's word on the person", ["tabs"], async () => {
      site.pages["/leave"] = async ({ headers: { cookie } }) => {
        const headers = { "content-type": "application/json", origin: site.origin, cookie };
        const left = await fetch(`${site.server.origin}/api/auth/sign-out`, { method: "POST", headers, body: "{}" });
        assert.equal(left.status, 200);
        return PAGE;
      };
      const tab = await scene.signedIn();
      await verified(tab);
      site.forget();
      await scene.go(tab, {}, "/leave");
      await untilView(tab, { identity: "anonymous", verified: true });
      assert.equal(site.count("/get-session"), 1);
    });

    testIn(kind, "46 a page that was in the back/forward cache shows what was said meanwhile", ["backForwardCache"], async () => {
      const tab = await scene.signedIn({}, "/frames");
      const other = await scene.tab();
      await verified(other);
      await tab.front();
      await tab.goto(`${site.origin}/blank`);
      await other.evaluate(() => session.update({ name: "Countess" }));
      await tab.back();
      await until("the new name", async () => (await view(tab)).data?.user.name === "Countess");
      await untilView(tab, { identity: "active", verified: true });
    });

    testIn(kind, "34 a page that was left while offline goes on when it is shown again, although the network came back without it", ["backForwardCache", "offline"], async () => {
      const tab = await scene.signedIn({}, "/frames");
      await verified(tab);
      // Firefox keeps no page that writes to its database just then.
      await until("the turn to be over", () => tab.evaluate(async () => (await navigator.locks.query()).held.length === 0));
      await scene.browser.offline(true);
      await untilView(tab, { offline: true, canMutate: false });
      await tab.back();
      await scene.browser.offline(false);
      await tab.forward();
      await until("the page to be shown", () => tab.evaluate(() => window.persisted));
      await untilView(tab, { offline: false, canMutate: true, verified: true });
    });
  });
}

test("47 nothing in the package listens to unload", async () => {
  const folder = process.env.STAYD_PACKAGE ?? new URL("../../../packages/stayd/dist/", import.meta.url).pathname;
  assert.doesNotMatch(await readFile(`${folder}/index.js`, "utf8"), /["'`](before)?unload["'`]/);
});

for (const cache of ["0", "5m"]) {
  describe(`chromium, session data kept in a cookie for ${cache}`, () => {
    let scene;
    before(async () => (scene = await openScene(chromium, { pages: PAGES, env: { STAYD_COOKIE_CACHE: cache } })));
    after(() => scene?.close());

    test(`48 a session that is revoked on another device is out when the tab is looked at (cache ${cache})`, async () => {
      const tab = await scene.signedIn({}, "/clocks");
      const other = await scene.tab({ name: "other" });
      await revokeElsewhere(scene.site, tab.person);
      assert.equal((await view(tab)).identity, "active", "it cannot know yet");
      // An answer of the last second would do for a look.
      await tab.evaluate(() => pass(2000));
      await tab.front();
      const { ended, expired } = await untilView(tab, { identity: "anonymous" });
      assert.deepEqual({ ended, expired }, { ended: "revoked", expired: true });
      await other.close();
    });

    test(`48 a window that was visible beside another knows when it is worked in again (cache ${cache})`, async () => {
      const tab = await scene.signedIn({}, "/clocks");
      await revokeElsewhere(scene.site, tab.person);
      await tab.evaluate(() => pass(2000));
      await tab.evaluate(() => void dispatchEvent(new Event("focus")));
      assert.equal((await untilView(tab, { identity: "anonymous" })).ended, "revoked");
    });

    test(`48 a window that is worked in again goes on while the server is asked (cache ${cache})`, async () => {
      const { site } = scene;
      const tab = await scene.signedIn({}, "/clocks");
      await tab.evaluate(() => {
        window.opened = 0;
        session.channel(() => ({ close() {}, number: ++opened }));
        pass(2000);
      });
      site.forget();
      const { opened, open } = gate();
      site.fault = async (request, pass) => {
        if (asksSession(request)) await opened;
        return pass();
      };
      await tab.evaluate(() => void dispatchEvent(new Event("focus")));
      await until("the question", () => site.count("/get-session") === 1);
      const { canMutate, holding } = await view(tab);
      assert.deepEqual({ canMutate, holding }, { canMutate: true, holding: false });
      assert.equal(await tab.evaluate(async () => (await session.fetch("/api/auth/list-sessions")).status), 200);
      open();
      await until("the answer", () => site.requests.find(asksSession).status === 200);
      await verified(tab);
      assert.equal(await tab.evaluate(() => window.opened), 1, "what was connected has stayed so");
    });

    test(`48 a tab that is looked at all the time knows by its heartbeat (cache ${cache})`, async () => {
      const tab = await scene.signedIn({ heartbeat: 60 }, "/clocks?throttled");
      await revokeElsewhere(scene.site, tab.person);
      await tab.evaluate(() => pass(70_000));
      assert.equal((await untilView(tab, { identity: "anonymous" })).ended, "revoked");
    });
  });
}
