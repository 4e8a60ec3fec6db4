import { expiredTab } from "../browser.mjs";
import { doesNotApply, measured } from "../outcome.mjs";

export default {
  name: "calls-100",
  title: "100 authenticated calls at once with an expired token: renewals, calls that failed",
  async measure(bench) {
    const { peer, site, server } = bench;
    if (!peer.renews) return doesNotApply("its cookie is not traded for another");
    return bench.person(async (context) => {
      const page = await expiredTab(context, bench);
      site.reset();
      const statuses = await page.evaluate(() =>
        Promise.all(Array.from({ length: 100 }, () => globalThis.bench.call().catch(String))),
      );
      const failed = statuses.filter((status) => status !== 200).length;
      const renewals = site.count(peer.renewal);
      server.disarm?.();
      return measured(`${renewals}, ${failed} failed`, { renewals, failed, calls: site.count("/api/me") });
    });
  },
};
