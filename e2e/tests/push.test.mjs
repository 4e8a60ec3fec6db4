// The server tells a browser what becomes of its session: nobody looks at a tab, and no tab asks by itself.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertNoComplaints, launch, openPage, person } from "../browser.mjs";
import { somebody } from "../person.mjs";
import { startServer } from "../server.mjs";

const PACKAGE = process.env.STAYD_PACKAGE ?? fileURLToPath(new URL("../../packages/stayd/dist/", import.meta.url));
const PAGE = `<!doctype html><meta charset="utf-8"><title>push</title><link rel="icon" href="data:,">
<script type="module">
  import { createSession } from "/package/index.js";
  import { connectPush } from "/package/push.js";
  const session = createSession({ heartbeat: 0 });
  session.on("ended", () => (window.endedAt = Date.now()));
  Object.assign(window, { session, push: connectPush(session) });
</script>`;

let server, browser;
before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

/** A browser, and a way to open a tab of it. The page is ours, and all requests but those for it go to the server. */
async function profile() {
  const { context, page } = await person(browser);
  await context.route(`${server.origin}/page`, (route) => route.fulfill({ contentType: "text/html", body: PAGE }));
  await context.route(`${server.origin}/package/*`, async (route) => {
    const name = new URL(route.request().url()).pathname.split("/").pop();
    await route.fulfill({ contentType: "text/javascript", body: await readFile(PACKAGE + name) });
  });
  const enter = async (tab) => {
    await tab.goto(`${server.origin}/page`);
    await tab.waitForFunction(() => window.session && !session.get().isPending);
    return tab;
  };
  return { page: await enter(page), tab: async () => enter(await openPage(context)) };
}

const call = async (page, name, input) =>
  assert.deepEqual(await page.evaluate(([name, input]) => session[name](input), [name, input]), { ok: true });
const reaches = (page, state) => page.waitForFunction((state) => push.current?.state === state, state);

test("an end in one browser shows in every tab of the other before that one asks, and a new name does", async (t) => {
  const who = somebody();
  const [here, there] = [await profile(), await profile()];
  await call(here.page, "signUp", who);
  await call(there.page, "signIn", who);
  await reaches(there.page, "open");
  const second = await there.tab();
  await reaches(second, "waiting");

  await call(here.page, "update", { name: "Grace Hopper" });
  for (const tab of [there.page, second]) await tab.waitForFunction(() => session.get().data?.user.name === "Grace Hopper");

  // Whatever is asked from here on is answered when all has been seen.
  let answer;
  const seen = new Promise((resolve) => (answer = resolve));
  await there.page.context().route(`${server.origin}/api/auth/get-session*`, async (route) => {
    await seen;
    await route.continue();
  });
  const id = await there.page.evaluate(() => session.get().data.session.id);
  const acknowledged = await here.page.evaluate(async (id) => {
    await session.sessions.end(id);
    return Date.now();
  }, id);
  for (const tab of [there.page, second]) {
    await tab.waitForFunction(() => session.get().identity === "anonymous" && !push.current);
    t.diagnostic(`the other browser's view changed ${(await tab.evaluate(() => window.endedAt)) - acknowledged} ms after the end was acknowledged`);
  }
  answer();
  // It has asked all the same, and only then is it written down.
  await there.page.waitForFunction(() => JSON.parse(localStorage.getItem("stayd.session")).data === null);
  for (const tab of [there.page, second]) {
    assert.equal(await tab.evaluate(() => session.get().ended), "revoked");
    assertNoComplaints(tab);
  }
  assert.equal(await here.page.evaluate(() => session.get().identity), "active");
});

test("one tab holds the stream, and when it is closed the next one does", async () => {
  const { page, tab } = await profile();
  await call(page, "signUp", somebody());
  await reaches(page, "open");
  const next = await tab();
  await reaches(next, "waiting");
  await page.close();
  await reaches(next, "open");
  await next.evaluate(() => push.stop());
  assert.equal(await next.evaluate(() => push.current), null);
  assertNoComplaints(next);
});
