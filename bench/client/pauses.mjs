// What this machine itself takes for a write to the disk and for waking up, so that a figure can be read beside them.
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { median, p99 } from "./numbers.mjs";

/** As much as the server writes when it ends a session. */
const PAGES = Buffer.alloc(6 * 4096, 1);
const NAP = 10;

/** Samples, one at a time, and says what they were. */
export async function openPauses() {
  const folder = await mkdtemp(join(tmpdir(), "stayd-bench-pauses-"));
  const file = await open(join(folder, "file"), "w");
  const [syncs, naps] = [[], []];
  return {
    async sample() {
      const begun = performance.now();
      await file.write(PAGES);
      await file.sync();
      const synced = performance.now();
      await wait(NAP);
      syncs.push(synced - begun);
      naps.push(performance.now() - synced - NAP);
    },
    figures: () => ({
      diskMedianMs: median(syncs),
      diskP99Ms: p99(syncs),
      lateMedianMs: median(naps),
      lateP99Ms: p99(naps),
    }),
    async close() {
      await file.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
