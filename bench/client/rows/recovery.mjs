import { setTimeout as wait } from "node:timers/promises";
import { openTab, settled, signIn, stateOf, within } from "../browser.mjs";
import { measured, never } from "../outcome.mjs";

/** Clients that retry by a slow timer of their own are given this long. */
const PATIENCE = 50_000;

export default {
  name: "recovery",
  waits: true,
  title: "page loaded while the server could not be reached, then back online: until signed in, s (requests)",
  async measure({ peer, site, server, person }) {
    return person(async (context) => {
      const page = await openTab(context, site);
      if (server.tokens) server.tokens.lifetime = peer.expired ?? 3600;
      await signIn(page);
      await settled(site, 100);
      await page.goto(`${site.origin}/blank`);
      if (server.tokens) server.tokens.lifetime = 3600;
      await wait(peer.expiredAfter ?? 0);
      try {
        site.fault = "drop";
        await page.goto(`${site.origin}/app`);
        await page.waitForFunction(() => globalThis.bench?.created);
        await wait(3000);
        await context.setOffline(true);
        await wait(1000);
      } finally {
        site.fault = null;
      }
      const before = (await stateOf(page)).status;
      site.reset();
      const online = Date.now();
      await context.setOffline(false);
      // Recovered is who has heard from the server again and shows the person.
      const answered = () => site.count() > 0;
      const at = await within(PATIENCE, async () => answered() && (await stateOf(page)).status === "in" && Date.now());
      if (at === null) return never(`within ${PATIENCE / 1000} s; ${(await stateOf(page)).status}`, { before });
      const seconds = (at - online) / 1000;
      return measured(`${seconds.toFixed(1)} (${site.count()}), was ${before}`, { seconds, requests: site.count(), before });
    });
  },
};
