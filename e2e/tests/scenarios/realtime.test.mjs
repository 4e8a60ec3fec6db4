// Scenarios 49-50: a WebSocket and an event stream live as long as the session, and show its credential anew (EN-8).
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { browsers, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { clocks } from "./clocks.mjs";
import { startLive } from "./live.mjs";
import { openScene, pageWith, untilView, verified } from "./scene.mjs";

for (const kind of browsers) {
  describe(`${kind.name}, connections of the page`, () => {
    let scene, site, live;
    before(async () => {
      scene = await openScene(kind, { pages: { "/clocks": pageWith(clocks) } });
      ({ site } = scene);
      live = await startLive(site);
      // WebKit is in a network of its own.
      await scene.browser.letThrough?.(`http://127.0.0.1:${live.port}/`);
    });
    after(async () => {
      await live?.close();
      await scene?.close();
    });

    /** Registers both kinds in the page; each message is written down with whom the page shows just then. */
    const register = (tab) =>
      tab.evaluate((port) => {
        window.news = [];
        const hear = ({ data }) => news.push({ data, shown: session.get().data?.user.email ?? null });
        const live = (open) => (signal) => Object.assign(open(), { onmessage: hear, signal });
        window.socket = session.channel(
          live(() => new WebSocket(`ws://127.0.0.1:${port}/`)),
          (it) => it.send("my cookie, again"),
        );
        window.stream = session.channel(live(() => new EventSource(`http://127.0.0.1:${port}/`, { withCredentials: true })));
      }, live.port);
    const kinds = (...wanted) => until(`${wanted.join(" and ") || "no"} connections`, () => live.kinds.join() === wanted.join());
    const news = (tab) => tab.evaluate(() => news.length);
    const moreNews = async (tab) => {
      const before = await news(tab);
      await until("news", async () => (await news(tab)) > before + 5);
    };

    testIn(kind, "49 a renewal shows the credential anew: on the socket that can take it, by a new stream", ["tabs"], async () => {
      const tab = await scene.signedIn();
      await register(tab);
      await kinds("socket", "stream");
      const [first] = [...live.open].filter(({ kind }) => kind === "stream");
      const opened = live.opened;
      assert.deepEqual(await tab.evaluate(() => session.renew()), { ok: true });
      await until("another stream", () => live.opened === opened + 1 && !live.open.has(first));
      await until("the socket's word", () => [...live.open].some(({ kind, asked }) => kind === "socket" && asked === 2));
      await kinds("socket", "stream");
      await moreNews(tab);
    });

    for (const [how, goesOn] of [["", false], [" in which the clock goes on", true]]) {
      testIn(kind, `49 after a sleep${how} that the connections did not survive they are opened again, after the session is confirmed`, ["tabs"], async () => {
        const tab = await scene.signedIn({}, "/clocks");
        await register(tab);
        await kinds("socket", "stream");
        await until("news", async () => (await news(tab)) > 0);
        await tab.evaluate(() => {
          stream.current.close();
          window.socketClosed = new Promise((resolve) => socket.current.addEventListener("close", resolve));
        });
        for (const { end } of [...live.open]) end();
        await tab.evaluate(() => window.socketClosed.then(() => {}));
        await kinds();
        site.forget();
        const opened = live.opened;
        let openedBefore;
        site.fault = async (request, pass) => {
          const answer = await pass();
          if (request === site.requests[0]) openedBefore = live.opened - opened;
          return answer;
        };
        await tab.evaluate((goesOn) => (sleep(3_600_000, goesOn), session.fetch("/api/auth/get-session").then(() => {})), goesOn);
        await kinds("socket", "stream");
        assert.equal(openedBefore, 0, "nothing is opened before the server has answered");
        await moreNews(tab);
      });
    }

    testIn(kind, "49 without a network there is no connection, also where it did not notice, and with the network it is there again", ["offline"], async () => {
      const tab = await scene.signedIn();
      await register(tab);
      await kinds("socket", "stream");
      await scene.browser.offline(true);
      await untilView(tab, { offline: true });
      assert.deepEqual(await tab.evaluate(() => [socket.current, stream.current]), [null, null]);
      for (const { end } of [...live.open]) end();
      await kinds();
      await scene.browser.offline(false);
      await kinds("socket", "stream");
      await moreNews(tab);
    });

    testIn(kind, "50 a sign-out closes them in every tab, and no late message reaches the page", ["tabs"], async () => {
      const a = await scene.signedIn();
      const b = await scene.tab();
      await verified(b);
      for (const tab of [a, b]) await register(tab);
      await kinds("socket", "socket", "stream", "stream");
      for (const tab of [a, b]) await moreNews(tab);
      // They are busy until the last moment: the server says something every two milliseconds, and is not told yet.
      site.fault = async (request, pass) => (await until("the connections to be gone", () => live.open.size === 0), pass());
      await a.evaluate(() => void session.signOut());
      for (const tab of [a, b]) await untilView(tab, { identity: "anonymous" });
      await kinds();
      for (const tab of [a, b]) {
        assert.deepEqual(await tab.evaluate(() => [socket.current, stream.current]), [null, null]);
        const late = (await tab.evaluate(() => window.news)).filter(({ shown }) => shown === null);
        assert.deepEqual(late, []);
      }
    });

    testIn(kind, "50 when the account is switched the old person's connections close and the new person's open", ["tabs"], async () => {
      const { person } = await scene.signedIn();
      const tab = await scene.signedIn();
      await register(tab);
      await kinds("socket", "stream");
      await moreNews(tab);
      await tab.evaluate(({ email, password }) => session.signIn({ email, password }), person);
      await until("the new person's", () => live.open.size === 2 && [...live.open].every(({ email }) => email === person.email));
      await moreNews(tab);
      const wrong = (await tab.evaluate(() => window.news)).filter(({ data, shown }) => data !== `news for ${shown}`);
      assert.deepEqual(wrong, []);
      await tab.evaluate(() => session.dispose());
      await kinds();
    });
  });
}
