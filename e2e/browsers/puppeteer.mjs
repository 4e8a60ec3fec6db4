// What Chromium and Firefox have in common.
import { until } from "../until.mjs";

const SECONDS = 60;

/** A browser that puppeteer drives. What differs is left to `freezePage(page, frozen)` and `clearOrigin(page)`. */
export class PuppeteerBrowser {
  #browser;
  #tabs = new Set();
  #blank;
  #offline = false;

  constructor(browser) {
    this.#browser = browser;
    // The tab that the browser starts with.
    this.#blank = browser.pages().then(([page]) => page);
  }

  async tab(url) {
    const blank = await this.#blank;
    this.#blank = undefined;
    return this.#opened(blank ?? (await this.#browser.newPage()), url);
  }

  async window(url) {
    return this.#opened(await this.#browser.newPage({ type: "window" }), url);
  }

  async #opened(page, url) {
    const tab = new Tab(this, page);
    this.#tabs.add(tab);
    if (this.#offline) await page.setOfflineMode(true);
    await tab.front();
    if (url !== undefined) await tab.goto(url);
    return tab;
  }

  async offline(offline) {
    this.#offline = offline;
    for (const { page } of this.#tabs) {
      await page.setOfflineMode(offline);
      await until("a tab to know", () => page.evaluate((online) => navigator.onLine === online, !offline));
    }
  }

  async clearStorage() {
    await this.#browser.deleteCookie(...(await this.#browser.cookies()));
    for (const tab of this.#tabs) await this.clearOrigin(tab.page);
  }

  forget(tab) {
    this.#tabs.delete(tab);
  }

  /** As it was when it started, but for what origins have stored: one tab, no cookies, a network. */
  async empty() {
    if (this.#offline) await this.offline(false);
    this.#blank ??= Promise.resolve(await this.#browser.newPage());
    for (const { page } of this.#tabs) await page.close();
    this.#tabs.clear();
    await this.#browser.deleteCookie(...(await this.#browser.cookies()));
  }

  async close() {
    await this.#browser.close();
  }
}

class Tab {
  #browser;

  constructor(browser, page) {
    this.#browser = browser;
    this.page = page;
  }

  evaluate(fn, ...args) {
    return this.page.evaluate(fn, ...args);
  }

  goto(url) {
    return this.#leave((options) => this.page.goto(url, options));
  }

  reload() {
    return this.#leave((options) => this.page.reload(options));
  }

  back() {
    return this.#leave((options) => this.page.goBack(options));
  }

  forward() {
    return this.#leave((options) => this.page.goForward(options));
  }

  front() {
    return this.page.bringToFront();
  }

  freeze(frozen) {
    return this.#browser.freezePage(this.page, frozen);
  }

  async close() {
    this.#browser.forget(this);
    await this.page.close();
  }

  /**
   * Performs a navigation and waits until another document is there and loaded. Puppeteer's own waiting is not enough:
   * a page from Firefox's back/forward cache fires no `load`, and puppeteer would wait for that one, and for the next.
   */
  async #leave(navigate) {
    const mark = `left-${Math.random()}`;
    await this.page.evaluate((value) => void (globalThis.documentMark = value), mark);
    const stop = new AbortController();
    let outcome = null;
    // Not awaited: Firefox's goBack heeds no signal, and ends when its tab does.
    void navigate({ signal: stop.signal, timeout: 0 }).then(
      () => (outcome = {}),
      (error) => (outcome = { error }),
    );
    try {
      await until("another document", async () => outcome ?? (await this.#hasArrived(mark)), SECONDS);
    } finally {
      stop.abort();
    }
    if (outcome?.error) throw outcome.error;
  }

  /** False too while the old document has gone and the new one is not there to be asked. */
  #hasArrived(mark) {
    const arrived = (value) =>
      globalThis.documentMark !== value && performance.getEntriesByType("navigation")[0]?.loadEventEnd > 0;
    return this.page.evaluate(arrived, mark).catch(() => false);
  }
}
