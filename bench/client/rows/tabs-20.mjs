import { setTimeout as wait } from "node:timers/promises";
import { becomes, openTab, settled, signIn } from "../browser.mjs";
import { measured } from "../outcome.mjs";

const TABS = 20;

export default {
  name: "tabs-20",
  title: "20 tabs opened at once with a valid session: requests (tabs that show the person)",
  async measure({ peer, site, person, times }) {
    return person(async (context) => {
      const first = await openTab(context, site);
      await signIn(first);
      await first.goto(`${site.origin}/blank`);
      const pages = [];
      for (let tab = 0; tab < times(TABS, 6); tab += 1) pages.push(await context.newPage());
      await settled(site);
      await wait(peer.expiredAfter ?? 0);
      site.reset();
      await Promise.all(pages.map((page) => page.goto(`${site.origin}/app`)));
      const shown = (await Promise.all(pages.map((page) => becomes(page, "in", 10_000)))).filter(Boolean).length;
      await settled(site, 500);
      return measured(`${site.count()} (${shown} of ${pages.length})`, { requests: site.count(), shown, tabs: pages.length });
    });
  },
};
