import { openTab, settled, signIn } from "../browser.mjs";
import { kib, median } from "../numbers.mjs";
import { measured } from "../outcome.mjs";

/** Bytes of JavaScript heap in use after two collections. */
export async function heapOf(page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize } = await devtools.send("Runtime.getHeapUsage");
  await devtools.detach();
  return usedSize;
}

export default {
  name: "heap",
  title: "JavaScript heap after start, signed in, above the same page without a client, KiB",
  async measure(bench) {
    return bench.person(async (context) => {
      await signIn(await openTab(context, bench.site));
      const runs = bench.times(5, 2);
      const samples = { "/app": [], "/baseline": [] };
      for (let run = 0; run < runs; run += 1) {
        for (const path of ["/app", "/baseline"]) {
          const page = await openTab(context, bench.site, path);
          await settled(bench.site);
          samples[path].push(await heapOf(page));
          await page.close();
        }
      }
      const bytes = median(samples["/app"]) - median(samples["/baseline"]);
      return measured(kib(bytes, 0), { bytes, runs });
    });
  },
};
