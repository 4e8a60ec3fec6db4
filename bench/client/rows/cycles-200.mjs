import { openTab, settled } from "../browser.mjs";
import { kib } from "../numbers.mjs";
import { doesNotApply, measured } from "../outcome.mjs";
import { heapOf } from "./heap.mjs";

export default {
  name: "cycles-200",
  title: "200 clients created, answered and disposed of, twice: growth of the heap in the first 200 / in the second, KiB",
  async measure({ site, person, times }) {
    return person(async (context) => {
      const page = await openTab(context, site);
      if (!(await page.evaluate(() => "cycle" in bench))) return doesNotApply("a client cannot be disposed of");
      const cycles = times(200, 20);
      const run = (count) => page.evaluate(async (n) => {
        for (let done = 0; done < n; done += 1) await bench.cycle();
      }, count);
      const look = async () => {
        await settled(site, 500);
        return heapOf(page);
      };
      await run(10);
      const before = await look();
      // What the first ones leave is compiled code and caches; what the second leave is left by every client.
      await run(cycles);
      const between = await look();
      await run(cycles);
      const after = await look();
      const figures = { growth: between - before, secondGrowth: after - between, cycles };
      return measured(`${kib(figures.growth, 0)} / ${kib(figures.secondGrowth, 0)}`, figures);
    });
  },
};
