import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below those that the system gives to whoever does not mind which (32768 and above on Linux). */
const PORTS = [20_000, 32_000];

/**
 * A port on 127.0.0.1 that was free a moment ago, and that nobody is given by chance before the server it is for has taken it.
 * @returns {Promise<number>}
 */
export async function freePort() {
  for (;;) {
    const port = randomInt(...PORTS);
    if (await isFree(port)) return port;
  }
}

function isFree(port) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error) => (error.code === "EADDRINUSE" ? resolve(false) : reject(error)));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
