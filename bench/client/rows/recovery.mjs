import { setTimeout as wait } from "node:timers/promises";
import { isIn, openTab, settled, signIn, stateOf, within } from "../browser.mjs";
import { measured, never } from "../outcome.mjs";

const TABS = 5;
/** Clients that retry by a slow timer of their own are given this long. */
const PATIENCE = 50_000;

export default {
  name: "recovery",
  waits: true,
  title: "5 tabs loaded while the server could not be reached, then back online: until all are signed in, s (requests of the browser)",
  async measure({ peer, site, server, person }) {
    return person(async (context) => {
      const page = await openTab(context, site);
      const tabs = [page];
      while (tabs.length < TABS) tabs.push(await context.newPage());
      if (server.tokens) server.tokens.lifetime = peer.expired ?? 3600;
      await signIn(page);
      await settled(site, 100);
      await page.goto(`${site.origin}/blank`);
      if (server.tokens) server.tokens.lifetime = 3600;
      await wait(peer.expiredAfter ?? 0);
      try {
        site.fault = "drop";
        await Promise.all(tabs.map((tab) => tab.goto(`${site.origin}/app`)));
        for (const tab of tabs) await tab.waitForFunction(() => globalThis.bench?.created);
        await wait(3000);
        await context.setOffline(true);
        await wait(1000);
      } finally {
        site.fault = null;
      }
      const before = tally(await Promise.all(tabs.map(stateOf)));
      site.reset();
      const online = Date.now();
      await context.setOffline(false);
      // Recovered is who has heard from the server again and shows the person, in every tab.
      const recovered = async () => site.count() > 0 && (await Promise.all(tabs.map(stateOf))).every(isIn) && Date.now();
      const at = await within(PATIENCE, recovered);
      // What the tabs ask one after the other counts, too.
      await settled(site, 1500);
      const requests = site.count();
      const after = tally(await Promise.all(tabs.map(stateOf)));
      if (at === null) return never(`within ${PATIENCE / 1000} s; ${after}, ${requests} requests`, { before, after, requests });
      const seconds = (at - online) / 1000;
      return measured(`${seconds.toFixed(1)} (${requests}), was ${before}`, { seconds, requests, before });
    });
  },
};

/** What the tabs say, and how many of them where they differ. */
function tally(states) {
  const said = states.map(({ status }) => status);
  const kinds = [...new Set(said)];
  if (kinds.length === 1) return kinds[0];
  return kinds.map((kind) => `${said.filter((one) => one === kind).length} ${kind}`).join(" and ");
}
