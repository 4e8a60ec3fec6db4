// Debian's Chromium over CDP. Not through Playwright, which tells every page that it is visible and has the focus.
import { launch } from "puppeteer-core";
import { FLAGS_FOR_PUPPETEER } from "../flags.mjs";
import { PuppeteerBrowser } from "./puppeteer.mjs";
import { requireProgram } from "./unavailable.mjs";

const PROGRAM = process.env.STAYD_CHROMIUM ?? "/usr/bin/chromium";

export const name = "chromium";
export const capabilities = { tabs: true, profile: true, hidden: true, backForwardCache: true, offline: true, freeze: true };

export async function open({ profile, args = [] } = {}) {
  requireProgram(PROGRAM, "chromium");
  const options = { browser: "chrome", executablePath: PROGRAM, headless: true, userDataDir: profile };
  return new Chromium(await launch({ ...options, args: [...FLAGS_FOR_PUPPETEER, ...args] }));
}

class Chromium extends PuppeteerBrowser {
  async freezePage(page, frozen) {
    await using(page, (cdp) => cdp.send("Page.setWebLifecycleState", { state: frozen ? "frozen" : "active" }));
  }

  /** As the person's "clear site data": open databases are closed, and no tab is told. */
  async clearOrigin(page) {
    const origin = new URL(page.url()).origin;
    if (origin === "null") return;
    await using(page, (cdp) => cdp.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" }));
  }
}

async function using(page, ask) {
  const cdp = await page.createCDPSession();
  try {
    return await ask(cdp);
  } finally {
    await cdp.detach();
  }
}
