// Debian's WebKitGTK: MiniBrowser on a virtual screen, driven by WebKitWebDriver.
//
// Each tab is a window of its own. WebDriver cannot choose among the tabs of a window, but it can minimise windows, which
// hides the page in them as truly as another tab in front of it. Automated, MiniBrowser keeps nothing on disk. It runs in a
// network of its own, for its driver has no way to take the network away.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { freePort } from "../../conformance/lib/free-port.mjs";
import { until } from "../until.mjs";
import { clearFromInside } from "./clear.mjs";
import { Unavailable, requireProgram } from "./unavailable.mjs";
import { hasNetworks, openNetwork } from "./network.mjs";
import { Processes } from "./processes.mjs";
import { WebDriver } from "./webdriver.mjs";
import { WebKitTab } from "./webkit-tab.mjs";

const DRIVER = process.env.STAYD_WEBKIT_DRIVER ?? "/usr/bin/WebKitWebDriver";
const SCREEN = "/usr/bin/Xvfb";

export const name = "webkit";
export const capabilities = { tabs: true, profile: false, hidden: true, backForwardCache: true, offline: hasNetworks, freeze: true };

export async function open({ profile, args = [] } = {}) {
  if (profile !== undefined) throw new Unavailable("MiniBrowser keeps nothing on disk while it is automated");
  if (args.length > 0) throw new Unavailable("MiniBrowser is started by its driver, without arguments of ours");
  requireProgram(DRIVER, "webkit2gtk-driver");
  requireProgram(SCREEN, "xvfb");

  const children = new Children();
  const network = await openNetwork();
  const close = async () => {
    await children.end();
    await network.close();
  };
  try {
    const port = await freePort();
    const display = await startScreen(children);
    const env = { ...process.env, DISPLAY: `:${display}`, GDK_BACKEND: "x11" };
    const command = network.command(DRIVER, ["--host=127.0.0.1", `--port=${port}`]);
    const driver = children.start(...command, { env, stdio: "ignore" });
    const alive = () => {
      if (driver.exitCode !== null) throw new Unavailable(`${DRIVER} ended with ${driver.exitCode}`);
    };
    const webDriver = await WebDriver.connect(await network.reach(port), alive);
    return new WebKit(webDriver, network, new Processes(driver.pid, "WebCore: Worker"), close);
  } catch (error) {
    await close();
    throw error;
  }
}

class WebKit {
  #driver;
  #network;
  #close;
  #tabs = new Set();

  constructor(driver, network, processes, close) {
    this.#driver = driver;
    this.#network = network;
    this.processes = processes;
    this.#close = close;
  }

  async tab(url) {
    const tab = await this.#next();
    await tab.front();
    if (url !== undefined) await tab.goto(url);
    return tab;
  }

  /** Each tab is one anyway: this one leaves the others where they are. */
  async window(url) {
    const tab = await this.#next();
    if (url !== undefined) await tab.goto(url);
    return tab;
  }

  async #next() {
    // The first is the window that MiniBrowser starts with.
    const handles = await this.#driver.ask("GET", "/window/handles");
    const used = new Set([...this.#tabs].map((tab) => tab.handle));
    const unused = handles.find((handle) => !used.has(handle));
    const handle = unused ?? (await this.#driver.ask("POST", "/window/new", { type: "window" })).handle;
    const tab = new WebKitTab(this, this.#driver, handle);
    this.#tabs.add(tab);
    return tab;
  }

  /** The tabs in the order in which they were opened. */
  get tabs() {
    return [...this.#tabs];
  }

  /** What a page is at has to be let into its network. */
  async letThrough(url) {
    const { protocol, port } = new URL(url);
    if (protocol === "http:") await this.#network.letOut(Number(port));
  }

  async offline(offline) {
    await this.#network.plug(!offline);
    // WebKit waits for two seconds before it believes the kernel.
    for (const tab of this.#tabs) await until("a tab to know", () => tab.evaluate((online) => navigator.onLine === online, !offline));
  }

  async clearStorage() {
    for (const tab of this.#tabs) {
      // Those that are for the tab's page, `HttpOnly` ones included.
      await this.#driver.askWindow(tab.handle, "DELETE", "/cookie");
      await tab.evaluate(clearFromInside);
    }
  }

  forget(tab) {
    this.#tabs.delete(tab);
  }

  async close() {
    this.processes.close();
    await this.#close();
  }
}

/** A screen that nobody sees; gives its number. */
async function startScreen(children) {
  // It picks a free number and writes it to this file descriptor.
  const args = ["-displayfd", "3", "-screen", "0", "1200x900x24", "-nolisten", "tcp"];
  const screen = children.start(SCREEN, args, { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  const ended = once(screen, "exit").then(([code]) => {
    throw new Unavailable(`${SCREEN} ended with ${code}`);
  });
  const [number] = await Promise.race([once(screen.stdio[3], "data"), ended]);
  // Its end on purpose is no failure.
  ended.catch(() => {});
  return String(number).trim();
}

/** Processes that end with this one, the newest first. */
class Children {
  #running = [];
  #onExit = () => this.#running.forEach((child) => child.kill("SIGKILL"));

  constructor() {
    process.on("exit", this.#onExit);
  }

  start(program, args, options) {
    const child = spawn(program, args, options);
    this.#running.unshift(child);
    return child;
  }

  async end() {
    for (const child of this.#running) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    }
    this.#running = [];
    process.off("exit", this.#onExit);
  }
}
