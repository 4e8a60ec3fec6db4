import { becomes, openTab, signIn } from "../browser.mjs";
import { median, round, sum } from "../numbers.mjs";
import { measured } from "../outcome.mjs";

export default {
  name: "first-value",
  title: "signed in, page opened: first value after create; create itself; person shown from script start, ms",
  async measure(bench) {
    return bench.person(async (context) => {
      const first = await openTab(context, bench.site);
      await signIn(first);
      const loads = [];
      for (let run = 0; run < bench.times(15, 3); run += 1) {
        const page = await openTab(context, bench.site);
        await becomes(page, "in");
        loads.push(await page.evaluate(() => ({ log: bench.log, created: bench.createdAt, createMs: bench.createMs, started: bench.startedAt })));
        await page.close();
      }
      return summary(loads);
    });
  },
};

function summary(loads) {
  const known = loads.map(({ log, created }) => log.find(({ status }) => status !== "unknown").at - created);
  const right = loads.map(({ log, started }) => (log.find(({ status }) => status === "in")?.at ?? Number.NaN) - started);
  const createMs = median(loads.map((load) => load.createMs));
  const sameTask = loads.every(({ log }) => log[0].status !== "unknown");
  const wrong = sum(loads.map(({ log }) => Number(log.some(({ status }) => status === "out" || status === "error"))));
  const words = sameTask ? "same task" : `${round(median(known))} ms later`;
  return measured(`${words}, ${wrong === 0 ? "right" : `wrong in ${wrong} of ${loads.length}`}; ${round(createMs)}; ${round(median(right))}`, {
    sameTask,
    createMs,
    firstKnownMs: median(known),
    shownFromStartMs: median(right),
    wrong,
    loads: loads.length,
  });
}
