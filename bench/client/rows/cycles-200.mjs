import { openTab, settled } from "../browser.mjs";
import { doesNotApply, measured } from "../outcome.mjs";
import { heapOf } from "./heap.mjs";

export default {
  name: "cycles-200",
  title: "200 clients created and disposed of: growth of the heap, KB",
  async measure({ site, person, times }) {
    return person(async (context) => {
      const page = await openTab(context, site);
      if (!(await page.evaluate(() => "cycle" in bench))) return doesNotApply("a client cannot be disposed of");
      const cycles = times(200, 20);
      const run = (count) => page.evaluate(async (n) => {
        for (let done = 0; done < n; done += 1) await bench.cycle();
      }, count);
      // What the first ones leave is compiled code and caches.
      await run(10);
      await settled(site, 500);
      const before = await heapOf(page);
      await run(cycles);
      await settled(site, 500);
      const growth = (await heapOf(page)) - before;
      return measured(String(Math.round(growth / 1000)), { growth, cycles });
    });
  },
};
