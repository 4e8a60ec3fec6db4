// Three browsers with one face, for tests that ask what a browser really does between tabs.
//
//   const browser = await firefox.open({ profile?, args? });
//   const tab = await browser.tab(url);      // the same profile: cookies, storage, IndexedDB, channels, locks are shared
//   const tab = await browser.window(url);   // as a tab, but in a window of its own: it hides none of the others
//   await tab.goto(url);                     // resolves after `load`; rejects where nothing could be loaded
//   await tab.reload();
//   await tab.back();                        // from the back/forward cache where the browser has kept the page; and `forward()`
//   await tab.evaluate(fn, ...args);         // awaits a promise; arguments and result are JSON; errors keep name and message
//   await tab.front();                       // in front of the others, which become hidden; a new tab is in front
//   await tab.freeze(true);                  // timers and tasks of this tab stand still, until `freeze(false)`
//   await tab.close();
//   await browser.offline(true);             // no network for any tab; resolves when `navigator.onLine` says so
//   await browser.clearStorage();            // all cookies, and what the origins of the open tabs have stored
//   await browser.close();
//
// What a browser has no way to do is false in its `capabilities`, and the call rejects with `Unavailable`.
import { test } from "node:test";
import * as chromium from "./chromium.mjs";
import * as firefox from "./firefox.mjs";
import * as webkit from "./webkit.mjs";

export { Unavailable } from "./unavailable.mjs";
export { chromium, firefox, webkit };

/** The browsers to test in: all, or those that `STAYD_BROWSERS` names ("chromium,firefox"). */
export const browsers = chosen(process.env.STAYD_BROWSERS);

/**
 * A test for this browser that needs some of its capabilities. Where one is missing, the run counts it as "todo" with
 * the reason: neither passed nor left out without a word.
 */
export function testIn(browser, name, needs, body) {
  const lacking = needs.filter((capability) => !browser.capabilities[capability]);
  if (lacking.length > 0) {
    test(`${browser.name}: ${name}`, { todo: `unavailable: ${browser.name} lacks ${lacking.join(", ")}` }, () => {});
  } else {
    test(`${browser.name}: ${name}`, body);
  }
}

function chosen(names) {
  const all = [chromium, firefox, webkit];
  if (!names) return all;
  return names.split(",").map((name) => {
    const browser = all.find((one) => one.name === name.trim());
    if (!browser) throw new Error(`STAYD_BROWSERS: no browser is called ${JSON.stringify(name)}`);
    return browser;
  });
}
