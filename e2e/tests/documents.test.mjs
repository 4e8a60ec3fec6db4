// A person's documents in two browsers: what one changes the other shows, and nobody looks at it (SS-5).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startSite } from "../app/site.mjs";
import { chromium, firefox } from "../browsers/index.mjs";
import { somebody } from "../person.mjs";
import { until } from "../until.mjs";

const PAGE = `<!doctype html><meta charset="utf-8"><title>documents</title><link rel="icon" href="data:,">
<script type="module">
  import { createSession } from "/stayd/index.js";
  import { createDocuments } from "/stayd/documents.js";
  import { connectPush } from "/stayd/push.js";
  const session = createSession({ heartbeat: 0 });
  const push = connectPush(session);
  const documents = createDocuments(session);
  const [profile, counter] = [documents.open("profile"), documents.open("counter")];
  const first = { profile: profile.get(), counter: counter.get() };
  Object.assign(window, { session, push, documents, profile, counter, first });
</script>`;

/** The same under keys of its own, for an origin that several applications share. */
const MINE = PAGE.replace("createSession({", 'createSession({ name: "mine",').replace("createDocuments(session)", 'createDocuments(session, { name: "mine" })');

let site, here, there;
before(async () => {
  [site, here, there] = await Promise.all([startSite({ pages: { "/documents": PAGE, "/mine": MINE } }), chromium.open(), firefox.open()]);
});
after(async () => {
  await Promise.all([here?.close(), there?.close()]);
  await site?.remove();
});

async function enter(browser, path = "/documents") {
  const tab = await browser.tab(`${site.origin}${path}`);
  await until("the page", () => tab.evaluate(() => !!window.session && !session.get().isPending));
  return tab;
}
const call = async (tab, name, input) =>
  assert.deepEqual(await tab.evaluate((name, input) => session[name](input), name, input), { ok: true });
const streams = (tab, state) => until(`a stream that is ${state}`, () => tab.evaluate((wanted) => push.current?.state === wanted, state));
const shows = (tab, name, wanted) =>
  until(`${name} to show ${JSON.stringify(wanted)}`, () =>
    tab.evaluate(
      (name, wanted) => {
        const { state, value } = window[name].get();
        return JSON.stringify({ state, value }) === JSON.stringify(wanted);
      },
      name,
      wanted,
    ),
  );
const ready = (value) => ({ state: "ready", value });
const missing = { state: "missing", value: null };

test("a change in Chromium shows in every tab of Firefox by itself, and the other way round", async () => {
  const who = somebody();
  const one = await enter(here);
  await call(one, "signUp", who);
  await streams(one, "open");
  const behind = await enter(there);
  await call(behind, "signIn", who);
  await streams(behind, "open");
  const front = await enter(there);
  await streams(front, "waiting");
  const all = [one, behind, front];
  for (const tab of all) await shows(tab, "profile", missing);

  await one.evaluate(() => profile.put({ nick: "Ada" }));
  for (const tab of all) await shows(tab, "profile", ready({ nick: "Ada" }));
  await front.evaluate(() => profile.update((value) => ({ ...value, nick: "Grace" })));
  for (const tab of all) await shows(tab, "profile", ready({ nick: "Grace" }));

  // All at once, and none is lost.
  const count = async (tab) => {
    for (let times = 0; times < 3; times++) {
      // A few conflicts in a row are more than an update tries by itself.
      while (!(await tab.evaluate(() => counter.update((value) => (value ?? 0) + 1).then(() => true, ({ code }) => code !== "DOCUMENT_CHANGED"))));
    }
  };
  await Promise.all(all.map(count));
  for (const tab of all) await shows(tab, "counter", ready(9));

  await one.evaluate(() => profile.remove());
  for (const tab of all) await shows(tab, "profile", missing);
  assert.equal(site.count("/events"), 2, "one stream for each browser");

  await call(front, "signOut");
  for (const tab of [front, behind]) await shows(tab, "counter", { state: "initial", value: null });
  await shows(one, "counter", ready(9));
});

test("a tab that is loaded again shows at its first line what it held, and nothing of whoever has left (SS-4)", async () => {
  for (const browser of [here, there]) {
    const who = somebody();
    const one = await enter(browser);
    await call(one, "signUp", who);
    await one.evaluate(() => Promise.all([profile.put({ nick: "Ada" }), counter.put({ "news-7": 1 })]));
    await one.reload();
    await until("the page", () => one.evaluate(() => !!window.first));
    const { profile, counter } = await one.evaluate(() => first);
    assert.deepEqual([profile.value, counter.value], [{ nick: "Ada" }, { "news-7": 1 }]);
    await shows(one, "profile", ready({ nick: "Ada" }));

    const two = await enter(browser);
    const before = await two.evaluate(() => first.profile.state);
    assert.equal(before, "loading", "another tab is told nothing");
    await call(two, "signOut");
    await shows(one, "profile", { state: "initial", value: null });
    assert.equal(await one.evaluate(() => sessionStorage.length), 0);
    await one.reload();
    await until("the page", () => one.evaluate(() => !!window.first));
    assert.equal(await one.evaluate(() => first.profile.value), null);
  }
});

test("what is kept has the keys that the page names, and no other (SS-4)", async () => {
  for (const browser of [here, there]) {
    const one = await enter(browser, "/mine");
    await one.evaluate(() => (localStorage.clear(), sessionStorage.clear()));
    await call(one, "signUp", somebody());
    await one.evaluate(() => Promise.all([profile.put({ nick: "Ada" }), counter.put({ "news-7": 1 })]));
    const keys = await one.evaluate(() => [...Object.keys(localStorage), ...Object.keys(sessionStorage)]);
    assert.ok(keys.some((key) => key === "mine.session") && keys.some((key) => key.startsWith("mine.documents")), `${keys}`);
    assert.deepEqual(keys.filter((key) => !key.startsWith("mine.") && !key.startsWith("better-auth")), []);
    await one.reload();
    await until("the page", () => one.evaluate(() => !!window.first));
    assert.deepEqual(await one.evaluate(() => [first.profile.value, first.counter.value]), [{ nick: "Ada" }, { "news-7": 1 }]);
    assert.equal(await one.evaluate(() => session.get().identity !== "anonymous"), true);
    await call(one, "signOut");
    assert.deepEqual(await one.evaluate(() => Object.keys(sessionStorage)), []);
  }
});
