// Debian's Firefox ESR over WebDriver BiDi, which it speaks itself: no geckodriver is needed.
import { launch } from "puppeteer-core";
import { clearFromInside } from "./clear.mjs";
import { PuppeteerBrowser } from "./puppeteer.mjs";
import { Unavailable, requireProgram } from "./unavailable.mjs";

const PROGRAM = process.env.STAYD_FIREFOX ?? "/usr/bin/firefox-esr";

export const name = "firefox";
export const capabilities = { tabs: true, profile: true, hidden: true, backForwardCache: true, offline: true, freeze: false };

export async function open({ profile, args = [] } = {}) {
  requireProgram(PROGRAM, "firefox-esr");
  const options = { browser: "firefox", protocol: "webDriverBiDi", executablePath: PROGRAM, headless: true };
  return new Firefox(await launch({ ...options, userDataDir: profile, args }));
}

class Firefox extends PuppeteerBrowser {
  async freezePage() {
    throw new Unavailable("Firefox never freezes a page, and fires no `freeze`");
  }

  /** WebDriver BiDi cannot clear an origin, so the page does it. */
  async clearOrigin(page) {
    await page.evaluate(clearFromInside);
  }
}
