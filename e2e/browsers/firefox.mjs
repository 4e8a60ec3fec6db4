// Debian's Firefox ESR over WebDriver BiDi, which it speaks itself: no geckodriver is needed.
import { once } from "node:events";
import { launch } from "puppeteer-core";
import { clearFromInside } from "./clear.mjs";
import { Processes } from "./processes.mjs";
import { PuppeteerBrowser } from "./puppeteer.mjs";
import { requireProgram } from "./unavailable.mjs";

const PROGRAM = process.env.STAYD_FIREFOX ?? "/usr/bin/firefox-esr";

export const name = "firefox";
export const capabilities = { tabs: true, profile: true, hidden: true, backForwardCache: true, offline: true, freeze: true };

// Tabs of one site have one process by default, and could only be stopped together.
const PREFERENCES = { "dom.ipc.processCount.webIsolated": 16 };

export async function open({ profile, args = [] } = {}) {
  requireProgram(PROGRAM, "firefox-esr");
  const options = { browser: "firefox", protocol: "webDriverBiDi", executablePath: PROGRAM, headless: true };
  return new Firefox(await launch({ ...options, userDataDir: profile, args, extraPrefsFirefox: PREFERENCES }));
}

class Firefox extends PuppeteerBrowser {
  #browser;
  #processes;

  constructor(browser) {
    super(browser);
    this.#browser = browser;
    this.#processes = new Processes(browser.process().pid, "DOM Worker");
  }

  async freezePage(page, frozen) {
    await this.#processes.freeze(page, (fn) => page.evaluate(fn), frozen);
  }

  /** WebDriver BiDi cannot clear an origin, so the page does it. */
  async clearOrigin(page) {
    await page.evaluate(clearFromInside);
  }

  async empty() {
    this.#processes.goOn();
    await super.empty();
  }

  /** Puppeteer gives Firefox five seconds to end, and then kills it: on a busy machine before it has written what it keeps. */
  async close() {
    this.#processes.close();
    const gone = once(this.#browser.process(), "exit");
    // The connection may be gone before the answer.
    await this.#browser.connection.send("browser.close", {}).catch(() => {});
    await gone;
    await super.close();
  }
}
