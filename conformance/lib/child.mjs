import { spawn } from "node:child_process";
import { once } from "node:events";
import { exchange } from "./http.mjs";
import { eventually } from "./eventually.mjs";

/**
 * Starts a server process and waits until `readyPath` answers 200.
 * Its output is kept, and shown when it dies before it is ready.
 *
 * @param {{command: string, args: string[], env: Record<string, string>, cwd: string, port: number, readyPath: string}} what
 * @returns {Promise<{pid: number, output: () => string, stop: () => Promise<number | null>}>}
 */
export async function startChild({ command, args, env, cwd, port, readyPath }) {
  const child = spawn(command, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const keep = (chunk) => { output = (output + chunk).slice(-20_000); };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  let ended = null;
  child.once("error", (error) => { ended = `could not be started: ${error.message}`; });
  child.once("exit", (code, signal) => { ended ??= `ended with ${signal ?? code}`; });

  const ready = async () => {
    if (ended) throw new Error(`${command} ${ended}\n${output}`);
    const answer = await exchange({ port, method: "GET", path: readyPath }).catch(() => null);
    return answer?.status === 200;
  };
  await eventually(ready, { withinMs: 90_000, what: `${command} to answer ${readyPath}` });

  return {
    pid: child.pid,
    output: () => output,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exit = once(child, "exit");
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
      const [code] = await exit;
      clearTimeout(late);
      return code;
    },
  };
}
