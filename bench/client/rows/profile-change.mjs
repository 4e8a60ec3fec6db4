import { openTab, settled, within } from "../browser.mjs";
import { median, p99, round } from "../numbers.mjs";
import { doesNotApply, measured, never } from "../outcome.mjs";
import { answeredAt, bothIn } from "./cross-tab-sign-out.mjs";

export default {
  name: "profile-change",
  title: "answer to a change of name in tab A to the changed view in tab B, median / p99, ms",
  async measure(bench) {
    if (bench.peer.cannot?.rename) return doesNotApply(bench.peer.cannot.rename);
    return bench.person(async (context) => {
      const a = await openTab(context, bench.site);
      const b = await openTab(context, bench.site);
      await bothIn(a, b, bench);
      const times = [];
      for (let run = 0; run < bench.times(50, 3); run += 1) {
        const name = `Ada ${run + 1}`;
        const { doneAt } = await a.evaluate((value) => bench.rename(value), name);
        const at = await within(3000, () => b.evaluate((value) => bench.log.find((entry) => entry.name === value)?.at, name));
        if (at === null) return never("within 3 s", { answered: times.length });
        times.push(at - (await answeredAt(a, doneAt)));
        await settled(bench.site, bench.peer.pause ?? 100);
      }
      const figures = { medianMs: median(times), p99Ms: p99(times), runs: times.length };
      return measured(`${round(figures.medianMs)} / ${round(figures.p99Ms)}`, figures);
    });
  },
};
