// Scenario 6: browsers that lack or deny what the package builds on. It works without, less well, and says what is missing (AU-24).
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { browsers, chromium, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { clocks } from "./clocks.mjs";
import { PASSWORD, age, asksSession, gate, openScene, pageWith, untilView, verified, view } from "./scene.mjs";

const TABS = 2;
/** Where turns are leases, so many compete for them. */
const TABS_WITHOUT_LOCKS = 5;

/** In the page, before anything else runs: takes these away. */
function without(...lost) {
  const define = (on, name, get) => Object.defineProperty(on, name, { configurable: true, get });
  const denied = () => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  };
  const acts = {
    locks: () => define(Navigator.prototype, "locks", () => undefined),
    "refusing locks": () => void (LockManager.prototype.request = async () => denied()),
    BroadcastChannel: () => define(window, "BroadcastChannel", () => undefined),
    indexedDB: () => define(window, "indexedDB", () => undefined),
    "throwing indexedDB": () => define(window, "indexedDB", denied),
    "failing indexedDB": () => {
      IDBFactory.prototype.open = () => {
        const request = new EventTarget();
        setTimeout(() => request.onerror?.(new Event("error")));
        return request;
      };
    },
    "hanging indexedDB": () => void (IDBFactory.prototype.open = () => ({})),
    "hanging transactions": () => {
      IDBDatabase.prototype.transaction = () => ({ objectStore: () => ({ get: () => ({}), put: () => ({}) }) });
    },
    localStorage: () => define(window, "localStorage", denied),
    "full localStorage": () => {
      Storage.prototype.setItem = () => {
        throw new DOMException("exceeded the quota", "QuotaExceededError");
      };
    },
    cookies: () => define(Document.prototype, "cookie", denied),
  };
  for (const name of lost) acts[name]();
}

const FEW = TABS;
/** What is taken away; what the page then says is missing; whether tabs can still tell each other; how often they renew. */
const MODES = [
  [["locks"], ["locks"], true, 1],
  [["BroadcastChannel"], ["BroadcastChannel"], true, 1],
  [["throwing indexedDB"], ["indexedDB"], true, FEW],
  [["localStorage"], ["localStorage"], true, 1],
  [["locks", "BroadcastChannel", "indexedDB", "localStorage", "cookies"], ["BroadcastChannel", "indexedDB", "localStorage", "locks"], false, FEW],
];
const MORE_MODES = [
  [["refusing locks"], ["locks"], true, 1],
  [["indexedDB"], ["indexedDB"], true, FEW],
  [["failing indexedDB"], ["indexedDB"], true, FEW],
  [["full localStorage"], ["localStorage"], true, 1],
  [["cookies"], [], true, 1],
  [["locks", "throwing indexedDB"], ["indexedDB", "locks"], true, FEW],
  [["BroadcastChannel", "localStorage"], ["BroadcastChannel", "localStorage"], false, 1],
  [["failing indexedDB", "localStorage"], ["indexedDB", "localStorage"], true, FEW],
];

/** Those that never say that they fail: the package gives them up, each time after five seconds. */
const HANGS = ["hanging indexedDB", "hanging transactions"];

const path = (lost) => `/without/${lost.join("+").replaceAll(" ", "-")}`;
const pages = Object.fromEntries(
  [...MODES, ...MORE_MODES, ...HANGS.map((hang) => [[hang]])].map(([lost]) => [path(lost), pageWith(`() => ((${clocks})(), (${without})(...${JSON.stringify(lost)}))`)]),
);

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene, site;
    before(async () => {
      scene = await openScene(kind, { pages });
      site = scene.site;
    });
    after(() => scene?.close());

    for (const [lost, missing, tells, renewals] of kind === chromium ? [...MODES, ...MORE_MODES] : MODES) {
      testIn(kind, `6 without ${lost.join(", ")} it signs in and out, renews, and says so`, ["tabs"], async () => {
        const count = missing.join() === "locks" ? TABS_WITHOUT_LOCKS : TABS;
        const tab = await scene.signedIn({}, path(lost));
        const others = await scene.blankTabs(count - 1);
        for (const other of others) {
          await scene.go(other, {}, path(lost));
          assert.equal((await verified(other)).data.user.email, tab.person.email);
        }
        const changed = async (wanted) => {
          if (!tells) for (const other of others) await other.evaluate(() => (pass(1000), session.refresh()));
          for (const other of others) await until("the other tab to show it", async () => wanted(await view(other)));
        };
        assert.deepEqual(await tab.evaluate(() => session.update({ name: "Grace" })), { ok: true });
        await changed(({ data }) => data.user.name === "Grace");

        const tabs = [tab, ...others];
        await Promise.all(tabs.map((one) => one.goto(`${site.origin}/blank`)));
        await age(tab, 8 * 86_400_000);
        site.forget();
        // Not answered before every tab is there and has its turn, or waits for it.
        const { opened, open } = gate();
        site.fault = async (request, pass) => (asksSession(request) ? opened.then(pass) : pass());
        // Together is within the five seconds for which a word is fresh, however slow the machine is to load pages.
        const together = `${path(lost)}?still=${Date.now()}`;
        await Promise.all(tabs.map((one) => scene.go(one, {}, together)));
        await until("a question to the server", () => site.count("/get-session") > 0);
        open();
        for (const one of tabs) assert.equal((await verified(one)).data.user.name, "Grace");
        const asked = site.count("/get-session");
        if (renewals === 1) assert.equal(asked, 1, `${asked} requests by ${count} tabs that take turns`);
        else assert.ok(asked >= 1 && asked <= renewals, `${asked} requests by ${count} tabs`);

        // Each has then had a turn of its own, later than the one before, and knows what it cannot do.
        for (const [at, one] of tabs.entries()) {
          assert.deepEqual(await one.evaluate((ms) => (pass(ms), session.refresh()), 2000 * (at + 1)), { ok: true });
          assert.deepEqual((await one.evaluate(() => session.degraded)).sort(), missing);
        }
        assert.deepEqual(await tab.evaluate(() => session.signOut()), { ok: true });
        await changed(({ data, status }) => data === null && status === "initial");
      });
    }

    for (const hang of kind === chromium ? HANGS : []) {
      test(`6 with ${hang} every tab still comes to its turn, and gives it back`, async () => {
        const tab = await scene.signedIn({}, path([hang]));
        const [other] = await scene.blankTabs(1);
        await scene.go(other, {}, path([hang]));
        assert.equal((await verified(other)).data.user.email, tab.person.email);
        assert.deepEqual(await tab.evaluate(() => session.update({ name: "Grace" })), { ok: true });
        await until("the other tab to show it", async () => (await view(other)).data.user.name === "Grace");
        assert.deepEqual(await other.evaluate(() => session.signOut()), { ok: true });
        await untilView(tab, { status: "initial", data: null });
        await until("no tab to have the turn", () => tab.evaluate(async () => (await navigator.locks.query()).held.length === 0));
      });
    }
  });
}

describe("chromium with cookies denied by its settings", () => {
  let scene, profile;
  before(async () => {
    profile = await mkdtemp(join(tmpdir(), "stayd-profile-"));
    await mkdir(join(profile, "Default"));
    const denied = { profile: { default_content_setting_values: { cookies: 2 } } };
    await writeFile(join(profile, "Default", "Preferences"), JSON.stringify(denied));
    scene = await openScene(chromium, { profile });
  });
  after(async () => {
    await scene?.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 20 });
  });

  test("6 where cookies and storage are denied nobody can sign in, and the page says why", async () => {
    const [tab] = await scene.blankTabs(1);
    await scene.go(tab);
    await untilView(tab, { status: "initial", verified: true });
    const who = { email: `denied.${process.pid}@example.com`, password: PASSWORD, name: "Ada" };
    await tab.evaluate((them) => session.signUp(them), who);
    const { ok, error } = await tab.evaluate((them) => session.signIn(them), who);
    assert.deepEqual([ok, error?.code], [false, "no-session"]);
    const degraded = await tab.evaluate(() => session.degraded);
    assert.ok(degraded.includes("localStorage") && degraded.includes("indexedDB"), degraded.join());
    assert.equal((await view(tab)).status, "initial");
  });
});
