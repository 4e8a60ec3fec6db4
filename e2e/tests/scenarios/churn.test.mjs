// Tabs that come and go at random, and tabs that change the same person at the same moment (AU-22, AU-24).
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { PAGE } from "../../app/site.mjs";
import { browsers, chromium, testIn, webkit } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { asksSession, gate, openScene, verified, view } from "./scene.mjs";

/** At most so many are open at once. */
const CROWD = 5;
/** A page that renews as soon as it can, and tells the site where it ever shows that nobody is signed in. */
const EAGER = PAGE.replace(
  "window.first =",
  `session.subscribe((view) => !view.data && !view.isPending && navigator.sendBeacon("/api/nobody"));
  void session.renew().then(() => (window.renewed = true));
  window.first =`,
);
const EVERY_USE = { STAYD_SESSION_UPDATE_AGE: "0" };

/** The same numbers for the same seed. */
function dice(seed) {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

/** What the server has. */
const onServer = async (site) => {
  const { cookie } = site.requests.findLast(({ path, status }) => path === "/get-session" && status === 200);
  return (await fetch(`${site.server.origin}/api/auth/get-session`, { headers: { cookie } })).json();
};

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene, site;
    before(async () => {
      scene = await openScene(kind, { pages: { "/eager": EAGER }, env: EVERY_USE });
      ({ site } = scene);
    });
    after(() => scene?.close());

    // WebKit's driver does one thing after the other: it closes no tab that is loading.
    if (kind !== webkit) {
      const count = kind === chromium ? 30 : 10;
      testIn(kind, `${count} tabs that come and go, half of them while they load, leave no lock and sign nobody out`, ["tabs"], async (t) => {
        const seed = Number(process.env.STAYD_SEED ?? 7);
        t.diagnostic(`STAYD_SEED=${seed}`);
        const random = dice(seed);
        const first = await scene.signedIn();
        site.forget();
        let answered;
        site.fault = async (request, pass) => {
          if (request.path === "/api/nobody") return { status: 204 };
          if (asksSession(request)) await answered;
          return pass();
        };
        const open = [first];
        const closeOne = () => open.splice(random(open.length), 1)[0].close();
        for (let i = 0; i < count; i++) {
          const [tab] = await scene.blankTabs(1);
          const asked = site.requests.length;
          // That of a tab that is closed fails.
          const loading = scene.go(tab, {}, "/eager").catch(() => {});
          if (i % 2 === 0) {
            // At once, or while a tab, most often this one, has its turn and waits for the server.
            const { opened, open: answer } = gate();
            answered = opened;
            const adopted = () => tab.evaluate(() => window.renewed).catch(() => false);
            if (random(3) > 0) await until("a question", async () => site.requests.slice(asked).some(asksSession) || (await adopted()));
            await tab.close();
            answer();
          } else {
            open.push(tab);
          }
          await loading;
          while (open.length > CROWD || (open.length > 1 && random(3) === 0)) await closeOne();
        }
        while (open.length > 1) await closeOne();

        const [last] = open;
        await last.front();
        assert.equal((await verified(last)).data.user.email, first.person.email);
        const turns = () => last.evaluate(async () => Object.values(await navigator.locks.query()).flat().length);
        await until("no lock to be held or waited for", async () => (await turns()) === 0, 120);
        const end = async () => Date.parse((await view(last)).data.session.expiresAt);
        const before = await end();
        assert.deepEqual(await last.evaluate(() => session.renew()), { ok: true });
        assert.ok((await end()) > before, "a renewal moves the end");
        assert.deepEqual([site.count("/sign-out"), site.count("/api/nobody")], [0, 0], "nobody was signed out, or seen so");
        assert.equal((await onServer(site)).user.email, first.person.email);
      });
    }

    testIn(kind, "two tabs that change the person at once end with the same data, which is the server's", ["tabs"], async () => {
      const a = await scene.signedIn();
      const b = await scene.tab();
      await verified(b);
      const agree = (what) =>
        until(`both to show the server's ${what}`, async () => {
          const [one, other, { user }] = [await view(a), await view(b), await onServer(site)];
          return [one, other].every(({ data }) => JSON.stringify(data.user) === JSON.stringify(user)) && user;
        }, 120);
      const both = (...changes) => Promise.all([a, b].map((tab, i) => tab.evaluate((change) => session.update(change), changes[i])));

      assert.deepEqual(await both({ name: "Grace" }, { image: "/grace.png" }), [{ ok: true }, { ok: true }]);
      const { name, image } = await agree("name and image");
      assert.deepEqual([name, image], ["Grace", "/grace.png"], "neither change is lost");
      for (let round = 0; round < 5; round++) {
        assert.deepEqual(await both({ name: `A ${round}` }, { name: `B ${round}` }), [{ ok: true }, { ok: true }]);
        assert.match((await agree("name")).name, new RegExp(`^[AB] ${round}$`));
      }
    });
  });
}
