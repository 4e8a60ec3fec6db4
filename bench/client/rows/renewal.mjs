import { expiredTab } from "../browser.mjs";
import { median, round, sum } from "../numbers.mjs";
import { doesNotApply, measured } from "../outcome.mjs";

export default {
  name: "renewal",
  title: "a call with an expired token: until it is answered, a renewal on the way, ms (failed)",
  async measure(bench) {
    const { peer, server } = bench;
    if (!peer.renews) return doesNotApply("its cookie is not traded for another");
    return bench.person(async (context) => {
      const calls = [];
      for (let run = 0; run < bench.times(9, 2); run += 1) {
        const page = await expiredTab(context, bench);
        calls.push(await page.evaluate(call));
        server.disarm?.();
        await page.evaluate(() => globalThis.bench.signOut());
        await page.close();
      }
      const failed = sum(calls.map(({ status }) => Number(status !== 200)));
      const medianMs = median(calls.map(({ ms }) => ms));
      return measured(`${round(medianMs)}${failed ? ` (${failed} of ${calls.length})` : ""}`, { medianMs, failed, calls: calls.length });
    });
  },
};

/** In the page: one call, and how long it took. */
async function call() {
  const begun = performance.now();
  const status = await globalThis.bench.call().catch(String);
  return { status, ms: performance.now() - begun };
}
