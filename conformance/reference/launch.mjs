import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startChild } from "../lib/child.mjs";
import { freePort } from "../lib/free-port.mjs";
import { Mailbox } from "../lib/mailbox.mjs";
import { SECRET } from "../lib/variants.mjs";

/**
 * Starts the real Better Auth.
 * @param {import("../lib/variants.mjs").Variant} variant
 * @returns {Promise<Target>}
 * @typedef {{kind: "reference" | "stayd", port: number, baseURL: string, mail: Mailbox, pid: number,
 *   output: () => string, stop: () => Promise<void>}} Target
 */
export async function launchReference(variant) {
  const port = await freePort();
  const directory = mkdtempSync(join(tmpdir(), "reference-"));
  const baseURL = variant.baseURL ?? `http://127.0.0.1:${port}`;
  const child = await startChild({
    command: process.execPath,
    args: [fileURLToPath(new URL("./server.mjs", import.meta.url))],
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "production",
      PORT: String(port),
      MAIL_DIRECTORY: directory,
      BETTER_AUTH_URL: baseURL,
      BETTER_AUTH_SECRET: SECRET,
      VARIANT: JSON.stringify(variant),
    },
    port,
    readyPath: "/health/ready",
  });
  return {
    kind: "reference",
    port,
    baseURL,
    mail: new Mailbox(directory),
    pid: child.pid,
    output: child.output,
    async stop() {
      await child.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
