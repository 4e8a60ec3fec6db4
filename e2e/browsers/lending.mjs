// One browser of a kind for all scenes of a process, one after the other: starting one takes seconds of computing, Firefox six.
import { after } from "node:test";

const idle = new Map();
const ends = [];

/** As `kind.open()`, but `close()` keeps the browser for the next who asks, without tabs and cookies; it ends with the last test. */
export async function borrow(kind) {
  const kept = idle.get(kind);
  idle.delete(kind);
  return kept ?? lent(kind, await kind.open());
}

function lent(kind, browser) {
  // WebKit's starts in a moment.
  if (!browser.empty) return browser;
  const end = browser.close.bind(browser);
  ends.push(end);
  browser.close = async () => {
    try {
      await browser.empty();
    } catch {
      // One that a test has left in such a state is nothing for the next.
      ends.splice(ends.indexOf(end), 1);
      return end();
    }
    idle.set(kind, browser);
  };
  return browser;
}

after(() => Promise.all(ends.map((end) => end())));
