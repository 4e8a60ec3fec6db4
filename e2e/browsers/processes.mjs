// The processes in which a browser runs its pages: which one is a tab's, and how it is stopped and goes on (Linux only).
import { readFile, readdir } from "node:fs/promises";
import { until } from "../until.mjs";

/** Stops tabs as an operating system does: no task, timer or answer runs in them, and nothing tells them before or after. */
export class Processes {
  #root;
  #workerThread;
  #stopped = new Map();
  #onExit = () => this.goOn();

  /** `root`: the id of the process that all others come from; `workerThread`: how the browser calls the thread of a worker. */
  constructor(root, workerThread) {
    this.#root = root;
    this.#workerThread = workerThread;
    process.on("exit", this.#onExit);
  }

  /** `tab`: anything that stands for it. `evaluate(fn)` runs a function in its page. */
  async freeze(tab, evaluate, frozen) {
    if (frozen === this.#stopped.has(tab)) return;
    if (frozen) {
      const id = await this.#of(evaluate);
      process.kill(id, "SIGSTOP");
      this.#stopped.set(tab, id);
      await until("the tab's process to stand still", () => isStopped(id));
    } else {
      process.kill(this.#stopped.get(tab), "SIGCONT");
      this.#stopped.delete(tab);
    }
  }

  /** Lets all go on. */
  goOn() {
    for (const id of this.#stopped.values()) process.kill(id, "SIGCONT");
    this.#stopped.clear();
  }

  close() {
    this.goOn();
    process.off("exit", this.#onExit);
  }

  /** The process of a tab: the one in which a worker runs that the page starts for this. No protocol tells. */
  #of(evaluate) {
    // The browser has workers of its own, which come and go.
    return until("one process to have a worker more", async () => {
      const before = await this.#workers();
      await evaluate(startWorker);
      const after = await this.#workers();
      await evaluate(endWorker);
      const [id, ...others] = [...after.keys()].filter((one) => after.get(one) > (before.get(one) ?? 0));
      return others.length === 0 && id;
    });
  }

  /** How many workers each of the browser's processes runs. */
  async #workers() {
    const counts = new Map();
    for (const id of await family(this.#root)) {
      const names = await Promise.all((await threads(id)).map((thread) => readFile(`/proc/${id}/task/${thread}/comm`, "utf8").catch(() => "")));
      counts.set(id, names.filter((name) => name.trim() === this.#workerThread).length);
    }
    return counts;
  }
}

/** In the page. */
const startWorker = () =>
  new Promise((resolve, reject) => {
    const address = URL.createObjectURL(new Blob(["postMessage(0)"]));
    const worker = (globalThis.workerThatTells = new Worker(address));
    worker.onmessage = () => resolve();
    worker.onerror = () => reject(new Error("the page's policy allows no worker from a blob"));
  });

/** In the page. */
const endWorker = () => globalThis.workerThatTells.terminate();

const threads = (id) => readdir(`/proc/${id}/task`).catch(() => []);

/** What /proc/ID/stat says after the name, which may hold anything: the state, the parent's id, .. */
const stat = async (path) => (await readFile(`${path}/stat`, "utf8").catch(() => "")).split(") ").at(-1).split(" ");

async function isStopped(id) {
  const states = await Promise.all((await threads(id)).map((thread) => stat(`/proc/${id}/task/${thread}`)));
  return states.every(([state]) => state === "T");
}

/** A process and all that come from it. */
async function family(root) {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(await Promise.all(ids.map(async (id) => [id, Number((await stat(`/proc/${id}`))[1])])));
  const members = [root];
  for (const member of members) members.push(...ids.filter((id) => parents.get(id) === member));
  return members;
}
