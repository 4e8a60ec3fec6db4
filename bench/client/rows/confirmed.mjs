import { setTimeout as wait } from "node:timers/promises";
import { becomes, openTab, settled, signIn, within } from "../browser.mjs";
import { median, round } from "../numbers.mjs";
import { measured, never } from "../outcome.mjs";

/** No client refuses to ask again for longer than this, in milliseconds. */
const QUIET = 5500;

export default {
  name: "confirmed",
  title: "signed in, page opened a while later: the server's word shown, from script start, ms",
  async measure(bench) {
    return bench.person(async (context) => {
      const first = await openTab(context, bench.site);
      await signIn(first);
      await first.close();
      const times = [];
      for (let run = 0; run < bench.times(5, 2); run += 1) {
        await wait(QUIET);
        bench.site.reset();
        const page = await openTab(context, bench.site);
        await becomes(page, "in");
        await settled(bench.site);
        if (bench.site.count() === 0) return never("it does not ask");
        const confirmed = () => page.evaluate(() => globalThis.bench.confirmedAt && globalThis.bench.confirmedAt - globalThis.bench.startedAt);
        const ms = await within(5000, confirmed);
        if (ms === null) return never("within 5 s");
        times.push(ms);
        await page.close();
      }
      return measured(`${round(median(times))}`, { medianMs: median(times), loads: times.length });
    });
  },
};
