// Scenarios 51-53: what a disposed session leaves behind, storage that the browser wiped, a package that is loaded twice.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { clearFromInside } from "../../browsers/clear.mjs";
import { PAGE } from "../../app/site.mjs";
import { browsers, chromium, testIn, webkit } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { age, gate, openScene, untilView, verified, view } from "./scene.mjs";

/** Keeps count of what a page has open; runs before the package. */
const COUNTED = `<!doctype html><title>counted</title><script>
  window.open_ = { timers: new Set(), channels: new Set(), databases: 0, rang: [], counting: false };
  const { setTimeout: set, clearTimeout: clear, BroadcastChannel: Channel } = window;
  window.setTimeout = (run, ms) => {
    const id = set(() => {
      if (open_.timers.delete(id)) open_.rang.push(ms);
      run();
    }, ms);
    // What drives the browser may set timers of its own.
    if (open_.counting) open_.timers.add(id);
    return id;
  };
  window.clearTimeout = (id) => (open_.timers.delete(id), clear(id));
  window.BroadcastChannel = class extends Channel {
    constructor(name) { super(name); open_.channels.add(this); }
    close() { super.close(); open_.channels.delete(this); }
  };
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (...which) { return open_.databases++, open.apply(this, which); };
  if (location.search === "?lockless") Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined });
</script><script type="module">
  import { createSession } from "/stayd/index.js";
  window.create = createSession;
</script>`;
/** Two bundles on one page: modules of different addresses are different modules. */
const TWICE = `<!doctype html><title>twice</title><script type="module">
  import { createSession as one } from "/stayd/index.js";
  import { createSession as other } from "/stayd/index.js?again";
  window.different = one !== other;
  window.session = one();
  window.second = other();
</script>`;
/** A module that is replaced while the page runs. */
const HOT = PAGE.replace("window.first =", "window.replace = () => (session.dispose(), (window.session = createSession()));\n  window.first =");
const PAGES = { "/counted": COUNTED, "/twice": TWICE, "/hot": HOT };

/** How many listeners a page has on what the package listens to, by the browser's own count. */
async function listeners({ page }) {
  const cdp = await page.createCDPSession();
  let count = 0;
  for (const expression of ["window", "document", "navigator.locks", "navigator"]) {
    const { result } = await cdp.send("Runtime.evaluate", { expression });
    count += (await cdp.send("DOMDebugger.getEventListeners", { objectId: result.objectId })).listeners.length;
  }
  await cdp.detach();
  return count;
}

const locks = (tab) =>
  tab.evaluate(async () => {
    const { held, pending } = await navigator.locks.query();
    return held.length + pending.length;
  });

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene, site;
    before(async () => {
      scene = await openScene(kind, { pages: PAGES });
      ({ site } = scene);
    });
    after(() => scene?.close());

    // AU-18
    testIn(kind, "51 two hundred sessions that are made and disposed of leave no lock, timer or channel", [], async () => {
      const tab = await scene.signedIn();
      await tab.goto(`${site.origin}/counted`);
      await until("the module", () => tab.evaluate(() => typeof create === "function"));
      const steps = await tab.evaluate(async () => {
        window.steps = 0;
        open_.counting = true;
        for (let i = 0; i < 200; i++) {
          // Some at once, with what they have begun under way; some when they know.
          const one = create({ debug: () => steps++ });
          one.channel(() => ({ close() {} }));
          if (i % 2) await one.refresh();
          one.dispose();
          one.dispose();
        }
        open_.counting = false;
        return steps;
      });
      assert.ok(steps > 400);
      await until("every lock to be free", async () => (await locks(tab)) === 0);
      await until("every timer to be over", () => tab.evaluate(() => open_.timers.size === 0));
      // WebKit loses a transaction now and then: that one is given up by its timer.
      const rang = (await tab.evaluate(() => open_.rang)).filter((ms) => ms >= 5000);
      if (kind !== webkit) assert.deepEqual(rang, [], "what was to take no longer than so long has taken its timer away");
      assert.equal(await tab.evaluate(() => open_.channels.size), 0);
      // What happens to the page, and what other tabs say, reaches none of them.
      const before = await tab.evaluate(() => window.steps);
      const other = await scene.tab();
      await verified(other);
      await other.evaluate(() => session.update({ name: "Countess" }));
      await tab.front();
      await tab.evaluate(() => {
        for (const name of ["online", "offline", "pageshow", "storage"]) dispatchEvent(new Event(name));
        for (const name of ["visibilitychange", "freeze", "resume"]) document.dispatchEvent(new Event(name));
      });
      assert.equal(await tab.evaluate(() => window.steps), before);
      // No connection to the database is left open: it can be removed.
      await other.close();
      await tab.evaluate(clearFromInside);
    });

    testIn(kind, "51 a session that is disposed of while its renewal is under way leaves the turn to others", [], async () => {
      const tab = await scene.signedIn();
      await tab.goto(`${site.origin}/counted`);
      await age(tab, 8 * 86_400_000);
      await until("the module", () => tab.evaluate(() => typeof create === "function"));
      const answer = gate();
      site.fault = (_, pass) => answer.opened.then(pass);
      site.forget();
      await tab.evaluate(() => void (window.one = create()));
      await until("its renewal", () => site.count("/get-session") === 1);
      await tab.evaluate(() => one.dispose());
      await until("every lock to be free", async () => (await locks(tab)) === 0);
      answer.open();
      assert.deepEqual(await tab.evaluate(() => (window.next = create()).refresh()), { ok: true });
      await tab.evaluate(() => next.dispose());
    });

    testIn(kind, "51 where turns are leases a session that is disposed of with its turn opens no database again", [], async () => {
      const tab = await scene.signedIn();
      await tab.goto(`${site.origin}/counted?lockless`);
      await until("the module", () => tab.evaluate(() => typeof create === "function"));
      const answer = gate();
      site.fault = (_, pass) => answer.opened.then(pass);
      site.forget();
      await tab.evaluate(() => {
        open_.counting = true;
        window.one = create();
        void one.refresh();
      });
      await until("its question", () => site.count("/get-session") === 1);
      const opened = await tab.evaluate(() => {
        one.dispose();
        open_.counting = false;
        return open_.databases;
      });
      answer.open();
      await until("every timer to be over", () => tab.evaluate(() => open_.timers.size === 0));
      assert.equal(await tab.evaluate(() => open_.databases), opened);
    });

    testIn(kind, "51 of three hundred sessions made one right after the other, those that are over disturb the last one not", [], async () => {
      const tab = await scene.signedIn();
      await tab.goto(`${site.origin}/counted`);
      await until("the module", () => tab.evaluate(() => typeof create === "function"));
      const said = await tab.evaluate(async () => {
        let over;
        for (let i = 0; i < 300; i++) (over = create()).dispose();
        const last = create();
        await last.refresh();
        const fetched = await over.fetch("/api/things").then(() => "answered", ({ code }) => code);
        const { ok } = await over.signOut();
        const checked = await last.refresh();
        const { identity } = last.get();
        last.dispose();
        // Once another is open all of theirs have been: WebKit would keep the page with those that are still to come, and the next test waiting.
        await new Promise((resolve) => (indexedDB.open("stayd").onsuccess = ({ target }) => resolve(target.result.close())));
        return [fetched, ok, checked.ok, identity];
      });
      assert.deepEqual(said, ["disposed", false, true, "active"]);
    });

    testIn(kind, "51 a session that takes the place of another on the page goes on where that was", [], async () => {
      const tab = await scene.signedIn({}, "/hot");
      await verified(tab);
      const shown = await tab.evaluate(() => replace().get().data?.user.email);
      assert.equal(shown, tab.person.email);
      await verified(tab);
      assert.deepEqual(await tab.evaluate(() => session.signOut()), { ok: true });
      assert.equal((await view(tab)).data, null);
    });

    testIn(kind, "52 where the browser has wiped storage and kept the cookie the session goes on", [], async () => {
      const tab = await scene.signedIn();
      await tab.goto(`${site.origin}/blank`);
      await tab.evaluate(clearFromInside);
      await scene.go(tab);
      const first = await tab.evaluate(() => window.first);
      assert.deepEqual([first.isPending, first.ended, first.status], [true, null, "loading"], "not out: unknown");
      const { data } = await untilView(tab, { identity: "active", verified: true });
      assert.equal(data.user.email, tab.person.email);
      // It is remembered again; and storage that goes while the page is open changes nothing in it.
      await scene.go(tab);
      assert.equal((await tab.evaluate(() => window.first)).data?.user.email, tab.person.email);
      await tab.evaluate(clearFromInside);
      assert.deepEqual(await tab.evaluate(() => session.renew()), { ok: true });
      assert.equal((await view(tab)).identity, "active");
      assert.deepEqual(await tab.evaluate(() => session.signOut()), { ok: true });
      await scene.go(tab);
      await untilView(tab, { status: "initial", identity: "anonymous" });
    });

    testIn(kind, "53 two bundles on one page share each request and each sign-out", [], async () => {
      const tab = await scene.signedIn();
      const both = () => tab.evaluate(() => [session, second].map((one) => one.get().data?.user.email ?? null));
      await tab.evaluate(() => localStorage.clear());
      await tab.goto(`${site.origin}/blank`);
      await tab.evaluate(clearFromInside);
      site.forget();
      await tab.goto(`${site.origin}/twice`);
      await until("both to know", async () => (await both()).join() === `${tab.person.email},${tab.person.email}`);
      assert.equal(await tab.evaluate(() => window.different), true);
      assert.equal(site.count("/get-session"), 1, "the first question");
      const results = await tab.evaluate(() => Promise.all([session.renew(), second.renew()]));
      assert.deepEqual(results, [{ ok: true }, { ok: true }]);
      assert.equal(site.count("/get-session"), 2, "one renewal for both");
      await tab.evaluate(() => second.signOut());
      assert.deepEqual(await both(), [null, null]);
      assert.equal(site.count("/sign-out"), 1);
    });
  });
}

describe("chromium", () => {
  let scene;
  before(async () => (scene = await openScene(chromium, { pages: PAGES })));
  after(() => scene?.close());

  test("51 a disposed session leaves no listener, by the browser's own count", async () => {
    const tab = await scene.signedIn();
    await tab.goto(`${scene.site.origin}/counted`);
    await until("the module", () => tab.evaluate(() => typeof create === "function"));
    const before = await listeners(tab);
    await tab.evaluate(() => void (window.one = create()));
    assert.ok((await listeners(tab)) > before + 5, "they are counted");
    await tab.evaluate(() => one.dispose());
    assert.equal(await listeners(tab), before);
  });
});
