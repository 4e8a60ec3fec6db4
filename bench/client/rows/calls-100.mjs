import { setTimeout as wait } from "node:timers/promises";
import { openTab, settled, signIn } from "../browser.mjs";
import { doesNotApply, measured } from "../outcome.mjs";

export default {
  name: "calls-100",
  title: "100 authenticated calls at once with an expired token: renewals, calls that failed",
  async measure({ peer, site, server, person }) {
    if (!peer.renews) return doesNotApply("its cookie is not traded for another");
    return person(async (context) => {
      const page = await openTab(context, site);
      if (server.tokens) server.tokens.lifetime = peer.expired;
      await signIn(page);
      await settled(site);
      if (server.tokens) server.tokens.lifetime = 3600;
      await wait(peer.expiredAfter ?? 0);
      server.arm?.();
      site.reset();
      const statuses = await page.evaluate(() =>
        Promise.all(Array.from({ length: 100 }, () => bench.call().catch((error) => String(error)))),
      );
      const failed = statuses.filter((status) => status !== 200).length;
      const renewals = site.count(peer.renewal);
      server.disarm?.();
      return measured(`${renewals}, ${failed} failed`, { renewals, failed, calls: site.count("/api/me") });
    });
  },
};
