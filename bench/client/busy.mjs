// Two bounded busy loops, which saturate the two cores that the figures are made on.
import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs `work` while the processors are busy, for at most `seconds`. */
export async function whileBusy(seconds, work) {
  const loop = `const end = Date.now() + ${seconds * 1000}; while (Date.now() < end);`;
  const children = [1, 2].map(() => spawn(process.execPath, ["-e", loop], { stdio: "ignore" }));
  try {
    return await work();
  } finally {
    for (const child of children) {
      if (child.exitCode !== null) continue;
      const gone = once(child, "exit");
      process.kill(child.pid);
      await gone;
    }
  }
}
