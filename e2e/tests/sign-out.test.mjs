// SS-10: a sign-out is that of this browser's stores, of the server's session and of an identity provider's. Each step may be lost, and the tab
// with it; what is shown is gone at once, and the rest is told when it can be.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startSite } from "../app/site.mjs";
import { chromium } from "../browsers/index.mjs";
import { somebody } from "../person.mjs";
import { until } from "../until.mjs";

/** With the backend of docs/backends.md that tells an identity provider too. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>sign-out</title><link rel="icon" href="data:,">
<script type="module">
  import { createSession, stayd } from "/stayd/index.js";
  import { createDocuments } from "/stayd/documents.js";
  const server = stayd();
  const backend = {
    ...server,
    async signOut(signal) {
      const answer = await server.signOut(signal);
      if (answer.kind !== "nobody") return answer;
      const { ok } = await fetch("/api/auth/provider/logout", { method: "POST", keepalive: true, signal });
      return ok ? answer : { kind: "failed", trouble: "unavailable" };
    },
  };
  const session = createSession({ heartbeat: 0, backend });
  const profile = createDocuments(session).open("profile");
  Object.assign(window, { session, profile });
</script>`;
const [SERVER, PROVIDER] = ["/sign-out", "/provider/logout"];
const answer = (status) => ({ status, headers: { "content-type": "application/json" }, body: "{}" });

let site, browser;
before(async () => {
  [site, browser] = await Promise.all([startSite({ pages: { "/": PAGE } }), chromium.open()]);
});
after(async () => {
  await browser?.close();
  await site?.remove();
});

const enter = async () => {
  const tab = await browser.tab(`${site.origin}/`);
  await until("the page", () => tab.evaluate(() => !!window.session && !session.get().isPending));
  return tab;
};

for (const [what, lost] of Object.entries({
  "the provider cannot be told": [PROVIDER],
  "the server cannot be told": [SERVER],
  "neither can be told": [SERVER, PROVIDER],
  "the server's answer is lost": ["answer"],
})) {
  for (const closes of [false, true]) {
    test(`a sign-out is one at once where ${what}${closes ? ", and the tab is closed" : ""}; both are told when they can be`, async () => {
      let well = false;
      const told = { [SERVER]: 0, [PROVIDER]: 0 };
      site.fault = async ({ path }, pass) => {
        if (!(path in told)) return pass();
        if (!well && lost.includes(path)) return answer(503);
        const given = path === SERVER ? await pass() : answer(200);
        if (!well && path === SERVER && lost.includes("answer")) return null;
        told[path]++;
        return given;
      };
      let tab = await enter();
      assert.deepEqual(await tab.evaluate((who) => session.signUp(who), somebody()), { ok: true });
      await tab.evaluate(() => profile.put({ nick: "Ada" }));
      const seen = await tab.evaluate(() => {
        void session.signOut();
        return [session.get().data, session.get().ended, profile.get().value, sessionStorage.length, localStorage.getItem("stayd.session").includes("Ada")];
      });
      assert.deepEqual(seen, [null, "signed-out", null, 0, false]);
      await until("the first step to be tried", () => site.requests.some(({ path }) => path === SERVER));
      await until("it to be known", () => tab.evaluate(() => session.get().error !== null));
      if (closes) {
        const next = await browser.tab(`${site.origin}/`);
        await until("the page", () => next.evaluate(() => !!window.session));
        await tab.close();
        tab = next;
      }
      assert.equal(await tab.evaluate(() => session.get().data), null);
      well = true;
      // No need to wait for the time after which it tries again by itself.
      await tab.evaluate(() => dispatchEvent(new Event("online")));
      await until("both to be told", () => told[SERVER] > 0 && told[PROVIDER] > 0);
      await until("the page to be at rest", () => tab.evaluate(() => session.get().verified && !session.get().error));
      assert.equal(await tab.evaluate(async () => (await fetch("/api/auth/get-session")).json()), null);
      assert.equal(await tab.evaluate(() => session.get().data), null);
      await tab.close();
    });
  }
}
