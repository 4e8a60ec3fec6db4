import { openTab, settled } from "../browser.mjs";
import { kib } from "../numbers.mjs";
import { doesNotApply, measured } from "../outcome.mjs";
import { heapOf } from "./heap.mjs";

export default {
  name: "cycles-200",
  title: "200 clients created, answered and disposed of after a thousand others: growth of the heap, KiB",
  async measure({ site, person, times }) {
    return person(async (context) => {
      const page = await openTab(context, site);
      if (!(await page.evaluate(() => "cycle" in bench))) return doesNotApply("a client cannot be disposed of");
      const cycles = times(200, 20);
      const run = (count) => page.evaluate(async (n) => {
        for (let done = 0; done < n; done += 1) await bench.cycle();
      }, count);
      const look = async () => {
        await settled(site, 3000);
        return heapOf(page);
      };
      // What the first ones leave is compiled code and caches; what these leave is left by every client.
      await run(5 * cycles);
      const before = await look();
      await run(cycles);
      const growth = (await look()) - before;
      return measured(kib(growth, 0), { growth, cycles });
    });
  },
};
