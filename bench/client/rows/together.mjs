import { setTimeout as wait } from "node:timers/promises";
import { openTab, settled, signIn } from "../browser.mjs";
import { measured } from "../outcome.mjs";

const TABS = 5;
/** Longer than any client refuses to ask again after it has asked. */
const QUIET = 5500;

export default {
  name: "together",
  waits: true,
  title: "5 tabs back online / focused together: requests",
  async measure(bench) {
    return bench.person(async (context) => {
      const tabs = [];
      for (let tab = 0; tab < TABS; tab += 1) tabs.push(await openTab(context, bench.site));
      await signIn(tabs[0]);
      for (const page of tabs.slice(1)) await page.reload();
      await wait(QUIET);

      bench.site.reset();
      await context.setOffline(true);
      await wait(300);
      await context.setOffline(false);
      await settled(bench.site, 2500);
      const online = bench.site.count();

      await wait(QUIET - 2500);
      bench.site.reset();
      await Promise.all(tabs.map((page) => page.evaluate(comeBack)));
      await settled(bench.site, 1000);
      const focus = bench.site.count();
      return measured(`${online} / ${focus}`, { online, focus, tabs: TABS });
    });
  },
};

/** What a page hears when the person comes back to it. */
export function comeBack() {
  document.dispatchEvent(new Event("visibilitychange"));
  dispatchEvent(new Event("focus"));
}
