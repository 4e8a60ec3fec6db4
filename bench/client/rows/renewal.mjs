import { expiredTab } from "../browser.mjs";
import { median, round, sum } from "../numbers.mjs";
import { doesNotApply, measured } from "../outcome.mjs";

export default {
  name: "renewal",
  title: "a call with an expired token: until it is answered, a renewal on the way, ms, and how long the page stood still for it at most (failed)",
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
      const stillMs = median(calls.map(({ still }) => still));
      return measured(`${round(medianMs)}, ${round(stillMs)}${failed ? ` (${failed} of ${calls.length})` : ""}`, { medianMs, stillMs, failed, calls: calls.length });
    });
  },
};

/** In the page: one call, how long it took, and the longest in which nothing else of the page could run meanwhile (AU-23). */
async function call() {
  const begun = performance.now();
  let last = begun;
  let still = 0;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = performance.now();
    still = Math.max(still, now - last);
    last = now;
    port2.postMessage(null);
  };
  port2.postMessage(null);
  const status = await globalThis.bench.call().catch(String);
  const ms = performance.now() - begun;
  port1.close();
  return { status, ms, still };
}
