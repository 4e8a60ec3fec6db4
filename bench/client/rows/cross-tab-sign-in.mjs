import { openTab, settled, signIn, stateOf } from "../browser.mjs";
import { median, p99, round } from "../numbers.mjs";
import { measured, never } from "../outcome.mjs";
import { answeredAt, saidAt } from "./cross-tab-sign-out.mjs";

export default {
  name: "cross-tab-sign-in",
  title: "answer to the sign-in in tab A to the changed view in tab B, median / p99, ms",
  async measure(bench) {
    return bench.person(async (context) => {
      const a = await openTab(context, bench.site);
      const b = await openTab(context, bench.site);
      const times = [];
      const runs = bench.times(50, 3);
      for (let run = 0; run < runs; run += 1) {
        const since = await b.evaluate(() => bench.clock());
        await signIn(a);
        const inA = await saidAt(a, "in", 0);
        const inB = await saidAt(b, "in", since);
        if (inB === null) return never("within 3 s", { answered: times.length });
        times.push(inB - (await answeredAt(a, inA)));
        await a.evaluate(() => bench.signOut());
        if ((await stateOf(b)).status === "in" && (await saidAt(b, "out", inB)) === null) await b.reload();
        await a.reload();
        await a.waitForFunction(() => globalThis.bench?.created);
        await settled(bench.site, 100);
      }
      const figures = { medianMs: median(times), p99Ms: p99(times), runs: times.length };
      return measured(`${round(figures.medianMs)} / ${round(figures.p99Ms)}`, figures);
    });
  },
};
