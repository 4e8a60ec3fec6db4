import { becomes, openTab, settled, signIn, stateOf, within } from "../browser.mjs";
import { median, p99, round } from "../numbers.mjs";
import { measured, never } from "../outcome.mjs";

/** The longest that the other tab is given. */
const PATIENCE = 3000;

/** When this tab's log has first said `status` at or after `since`; `null` if it does not within the patience. */
export function saidAt(page, status, since, patience = PATIENCE) {
  return within(patience, () =>
    page.evaluate(([wanted, from]) => bench.log.find((entry) => entry.at >= from && entry.status === wanted)?.at, [status, since]),
  );
}

/** When the last answer before `before` had come in whole in this tab, on the clock that all tabs share. */
export const answeredAt = (page, before) =>
  page.evaluate((latest) => {
    const ends = performance.getEntriesByType("resource").map((entry) => performance.timeOrigin + entry.responseEnd);
    return Math.max(...ends.filter((end) => end <= latest));
  }, before);

export default {
  name: "cross-tab-sign-out",
  title: "sign-out in tab A to the changed view in tab B, median / p99, ms",
  async measure(bench) {
    return bench.person(async (context) => {
      const a = await openTab(context, bench.site);
      const b = await openTab(context, bench.site);
      const times = [];
      let missed = 0;
      for (let run = 0; run < bench.times(50, 3) && missed < 2; run += 1) {
        await bothIn(a, b, bench);
        const { calledAt } = await a.evaluate(() => bench.signOut());
        const at = await saidAt(b, "out", calledAt);
        if (at === null) missed += 1;
        else times.push(at - calledAt);
      }
      if (times.length === 0) return never(`within ${PATIENCE / 1000} s`);
      const early = missed === 0 ? await beforeTheAnswer(bench, a, b) : null;
      const figures = { medianMs: median(times), p99Ms: p99(times), runs: times.length, missed, beforeTheAnswer: early };
      const words = early ? "before the answer" : "after the answer";
      return measured(`${round(figures.medianMs)} / ${round(figures.p99Ms)}, ${words}${missed ? `, missed ${missed}` : ""}`, figures);
    });
  },
};

/** Signs in in A and sees to it that B is in too, by loading it anew if need be. */
export async function bothIn(a, b, { site, peer }) {
  await signIn(a);
  if ((await stateOf(b)).status !== "in" && !(await becomes(b, "in", 100))) {
    await b.goto(`${site.origin}/app`);
    await b.waitForFunction(() => globalThis.bench?.created);
    if (!(await becomes(b, "in", 10_000))) throw new Error("the second tab does not see the session");
  }
  await settled(site, peer.pause ?? 100);
}

/** Whether B has changed while the server still holds back its answer to the sign-out. */
async function beforeTheAnswer(bench, a, b) {
  const { site } = bench;
  await bothIn(a, b, bench);
  site.delay = 700;
  try {
    const { calledAt } = await a.evaluate(() => bench.signOut());
    const at = await saidAt(b, "out", calledAt);
    return at !== null && at - calledAt < 700;
  } finally {
    site.delay = 0;
  }
}
