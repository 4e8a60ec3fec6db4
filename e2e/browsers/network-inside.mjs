// Runs in a network namespace (network.mjs starts it). Connections cross its border over Unix sockets, which know of none.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { promisify } from "node:util";

const [folder] = process.argv.slice(2);
const ip = (...args) => promisify(execFile)("ip", args);
// A machine with a default route has a network, to those who ask the kernel; that it leads nowhere they cannot know.
const DEFAULT_ROUTE = ["default", "dev", "lo"];

/** Hands each connection on, while it is open. */
class Relay {
  #sockets = new Set();

  constructor(from, to) {
    this.from = from;
    this.to = to;
  }

  async open() {
    this.server = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ ...this.to, allowHalfOpen: true });
      for (const [one, other] of [[near, far], [far, near]]) {
        this.#sockets.add(one);
        one.on("error", () => other.destroy());
        one.on("close", () => (this.#sockets.delete(one), other.destroy()));
        one.pipe(other);
      }
    });
    this.server.listen(this.from);
    await once(this.server, "listening");
  }

  /** Connections break, and new ones are refused. */
  close() {
    this.server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

const here = (port) => ({ host: "127.0.0.1", port });
const outwards = new Map();

const acts = {
  async start() {
    await ip("link", "set", "lo", "up");
    await ip("route", "add", ...DEFAULT_ROUTE);
  },
  async plug() {
    for (const relay of outwards.values()) await relay.open();
    await ip("route", "add", ...DEFAULT_ROUTE);
  },
  async unplug() {
    for (const relay of outwards.values()) relay.close();
    await ip("route", "del", ...DEFAULT_ROUTE);
  },
  /** Programs in here reach a port of the machine. */
  async letOut(port) {
    const relay = new Relay(here(port), { path: `${folder}/out-${port}` });
    outwards.set(port, relay);
    await relay.open();
  },
  /** The tests reach a port in here. */
  async letIn(port) {
    await new Relay({ path: `${folder}/in-${port}` }, here(port)).open();
  },
};

process.on("message", async ({ id, act, port }) => {
  try {
    await acts[act](port);
    process.send({ id });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
process.on("disconnect", () => process.exit());
