// Scenarios 1-5: what a page shows first, and what it asks for (AU-1, AU-5, EN-10).
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createSession } from "../../../packages/stayd/dist/index.js";
import { PAGE } from "../../app/site.mjs";
import { browsers, chromium, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { clocks } from "./clocks.mjs";
import { age, asksSession, gate, openScene, pageWith, untilView, verified, view } from "./scene.mjs";

/** A page that its server rendered with what get-session answers to the cookies of the request. */
let binary;
const rendered = async ({ headers }) => {
  const answer = await fetch(`${binary()}/api/auth/get-session`, { headers: { cookie: headers.cookie ?? "", host: headers.host } });
  return PAGE.replace('<script type="module">', `<script>window.options = { initial: ${await answer.text()} };</script>$&`);
};

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene;
    before(async () => (scene = await openScene(kind, { pages: { "/two": PAGE } })));
    after(() => scene?.close());

    testIn(kind, "1 a signed-in person is in from the first value on, or unknown where nothing is remembered", ["tabs"], async () => {
      const tab = await scene.signedIn();
      for (const forget of [false, true]) {
        // Older than what counts as the server's fresh word.
        await age(tab, 60_000);
        if (forget) await tab.evaluate(() => localStorage.clear());
        await scene.go(tab);
        await verified(tab);
        const [first, views] = await tab.evaluate(() => [window.first, window.views]);
        assert.equal(first.identity, forget ? "anonymous" : "rehydrating");
        assert.equal(first.isPending, forget);
        assert.equal(first.data?.user.email, forget ? undefined : tab.person.email);
        assert.deepEqual(views.filter(({ status }) => status === "initial"), [], "never out");
      }
    });

    // AU-9
    testIn(kind, "1 from page to page everybody stays who they are, and nobody is unknown for a moment", ["tabs"], async () => {
      const tab = await scene.signedIn();
      for (const path of ["/two", "/", "/two"]) {
        await scene.go(tab, {}, path);
        await verified(tab);
        const shown = await tab.evaluate(() => [first, ...views].map(({ data, isPending }) => [data?.user.email, isPending]));
        for (const one of shown) assert.deepEqual(one, [tab.person.email, false], path);
      }
      await tab.evaluate(() => session.signOut());
      for (const path of ["/", "/two"]) {
        await scene.go(tab, {}, path);
        await untilView(tab, { status: "initial", verified: true });
        assert.ok(await tab.evaluate(() => [first, ...views].every(({ data }) => data === null)), path);
      }
    });

    testIn(kind, "1 where nothing of a person may be kept, a page that is loaded again waits, and is never out", ["tabs"], async () => {
      const options = { remember: false };
      const tab = await scene.signedIn(options);
      for (const ms of [0, 60_000]) {
        await age(tab, ms);
        const { opened, open } = gate();
        scene.site.fault = async (request, pass) => (asksSession(request) ? opened.then(pass) : pass());
        await scene.go(tab, options);
        const first = await tab.evaluate(() => window.first);
        assert.deepEqual([first.status, first.isPending, first.canMutate, first.data], ["loading", true, false, null]);
        open();
        assert.equal((await verified(tab)).data.user.email, tab.person.email);
        const views = await tab.evaluate(() => window.views);
        assert.deepEqual(views.filter(({ data, isPending }) => !data && !isPending), []);
      }
    });
  });
}

describe("chromium", () => {
  let scene;
  before(async () => {
    scene = await openScene(chromium, { pages: { "/rendered": rendered, "/clocks": pageWith(clocks) } });
    binary = () => scene.site.server.origin;
  });
  after(() => scene?.close());

  const painted = (tab) => tab.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));

  test("2 a page that was rendered with a session begins with it and asks for nothing", async () => {
    const tab = await scene.signedIn();
    const { data } = await view(tab);
    await tab.evaluate(() => localStorage.clear());
    scene.site.forget();
    await scene.go(tab, {}, "/rendered");
    assert.deepEqual((await tab.evaluate(() => window.first)).data, data);
    assert.equal((await tab.evaluate(() => window.first)).identity, "active");
    await painted(tab);
    assert.equal(scene.site.count("/get-session"), 0);
    // What it says next is what the server says, and it is the first time that the server is asked.
    assert.deepEqual(await tab.evaluate(() => session.refresh()), { ok: true });
    assert.equal(scene.site.count("/get-session"), 1);
    assert.deepEqual((await view(tab)).data, data);
  });

  test("3 a page that was rendered for nobody is out at once, never pending, and asks for nothing", async () => {
    const tab = await scene.empty();
    await scene.go(tab, {}, "/rendered");
    const [first, views] = await tab.evaluate(() => [window.first, window.views]);
    assert.equal(first.status, "initial");
    assert.deepEqual(views.filter(({ isPending, status }) => isPending || status === "loading"), []);
    await painted(tab);
    assert.equal(scene.site.count("/get-session"), 0);
    await tab.evaluate(() => session.refresh());
    assert.equal(scene.site.count("/get-session"), 1);
  });

  test("3 a page that was rendered for nobody is hydrated as that, also where somebody is remembered", async () => {
    const tab = await scene.signedIn();
    await tab.goto(`${scene.site.origin}/blank`);
    // The session ends without a word to the browser.
    const signOut = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    assert.equal(await tab.evaluate(async (init) => (await fetch("/api/auth/sign-out", init)).status, signOut), 200);
    await scene.go(tab, {}, "/rendered");
    const [first, seen] = await tab.evaluate(() => [window.first, session.rendered]);
    assert.equal(first.data.user.email, tab.person.email, "whom this browser remembers, until the server has been asked");
    assert.deepEqual(seen, createSession({ initial: null }).rendered);
    await untilView(tab, { status: "initial", verified: true });
  });

  test("4 fifty components that come and go read the session once", async () => {
    const tab = await scene.signedIn();
    await scene.go(tab);
    await verified(tab);
    scene.site.forget();
    await scene.go(tab);
    const calls = await tab.evaluate(async () => {
      let count = 0;
      for (let i = 0; i < 50; i++) {
        const stop = session.subscribe(() => count++);
        await new Promise((resolve) => setTimeout(resolve));
        stop();
      }
      return count;
    });
    assert.ok(calls >= 50);
    await verified(tab);
    assert.ok(scene.site.count("/get-session") <= 1);
  });

  test("4 fifty sessions that are made and disposed of, one after the other, read the session once", async () => {
    const tab = await scene.signedIn();
    await tab.evaluate(() => session.dispose());
    // No time passes: the first answer stays fresh for all of them.
    await scene.go(tab, { name: "other" }, `/clocks?still=${Date.now()}`);
    await verified(tab);
    scene.site.forget();
    const settled = await tab.evaluate(async () => {
      const { createSession } = await import("/stayd/index.js");
      let active = 0;
      for (let i = 0; i < 50; i++) {
        const one = createSession({ name: "fifty" });
        await new Promise((resolve) => one.subscribe((seen) => seen.verified && resolve()));
        if (one.get().identity === "active") active++;
        one.dispose();
      }
      return active;
    });
    assert.equal(settled, 50);
    assert.equal(scene.site.count("/get-session"), 1);
  });

  test("5 an answer that says the same calls nobody and keeps the object", async () => {
    const tab = await scene.signedIn();
    await verified(tab);
    const { calls, same } = await tab.evaluate(async () => {
      await session.refresh();
      const [before, { data }] = [session.get(), session.get()];
      let count = 0;
      session.listen(() => count++);
      for (let i = 0; i < 3; i++) await session.refresh();
      return { calls: count, same: session.get() === before && session.get().data === data };
    });
    assert.deepEqual({ calls, same }, { calls: 0, same: true });
    await until("the questions to be counted", () => scene.site.count("/get-session") >= 4);
  });
});
