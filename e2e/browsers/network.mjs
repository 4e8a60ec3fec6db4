// A network of a browser's own: a Linux network namespace, from which nothing is reached but what is let through, and
// whose plug can be pulled. The machine's own network is not touched.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Unavailable } from "./unavailable.mjs";

const INSIDE = fileURLToPath(new URL("./network-inside.mjs", import.meta.url));
// As root of a namespace of users, which anybody may be where the kernel's settings allow it.
const UNSHARE = ["unshare", "--user", "--map-root-user", "--net"];

/** Whether this machine lets us have one: in many containers it does not. */
export const hasNetworks = spawnSync(UNSHARE[0], [...UNSHARE.slice(1), "ip", "link"]).status === 0;

/** A network of one's own, or, where that cannot be had, the machine's. */
export const openNetwork = () => (hasNetworks ? OwnNetwork.open() : new SharedNetwork());

class OwnNetwork {
  #folder;
  #inside;
  #asked = new Map();
  #doors = new Map();
  #plugged = true;

  /** One that is plugged in. */
  static async open() {
    const network = new OwnNetwork();
    network.#folder = await mkdtemp(join(tmpdir(), "stayd-network-"));
    const [program, ...args] = [...UNSHARE, process.execPath, INSIDE, network.#folder];
    network.#inside = spawn(program, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    network.#inside.on("message", ({ id, error }) => {
      const { resolve, reject } = network.#asked.get(id);
      network.#asked.delete(id);
      if (error) reject(new Error(error));
      else resolve();
    });
    await network.#ask("start");
    return network;
  }

  /** The command that runs a program in this network. */
  command(program, args) {
    const enter = ["--target", String(this.#inside.pid), "--user", "--preserve-credentials", "--net"];
    return ["nsenter", [...enter, program, ...args]];
  }

  /** Where a port in there is reached from here, plugged in or not; for `http.request`. */
  async reach(port) {
    await this.#ask("letIn", port);
    return { socketPath: join(this.#folder, `in-${port}`) };
  }

  /** Lets what runs in there reach a port of this machine, under the same number. */
  async letOut(port) {
    if (this.#doors.has(port)) return;
    const door = createServer({ allowHalfOpen: true }, (near) => {
      const far = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
      for (const [one, other] of [[near, far], [far, near]]) {
        one.on("error", () => other.destroy()).on("close", () => other.destroy());
        one.pipe(other);
      }
    });
    this.#doors.set(port, door);
    door.listen(join(this.#folder, `out-${port}`));
    await once(door, "listening");
    await this.#ask("letOut", port);
  }

  /** Plugs it in, or pulls the plug: connections break, new ones are refused, and the kernel tells those who ask it to. */
  async plug(plugged) {
    if (plugged === this.#plugged) return;
    this.#plugged = plugged;
    await this.#ask(plugged ? "plug" : "unplug");
  }

  async close() {
    const gone = once(this.#inside, "exit");
    this.#inside.disconnect();
    await gone;
    for (const door of this.#doors.values()) door.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #ask(act, port) {
    const id = Math.random();
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#inside.send({ id, act, port });
    });
  }
}

class SharedNetwork {
  command(program, args) {
    return [program, args];
  }

  async reach(port) {
    return { host: "127.0.0.1", port };
  }

  async letOut() {}

  async plug() {
    throw new Unavailable("this machine lets us have no network namespace, whose plug could be pulled");
  }

  async close() {}
}
