// What tabs of one browser share, and which of the things that happen to a tab are real in it. The table in README.md says
// the same; this proves it for the browsers of this machine.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { browsers, chromium, testIn, Unavailable } from "../browsers/index.mjs";
import { until } from "../until.mjs";

const PAGE = `<!doctype html><meta charset="utf-8"><title>Tab</title><link rel="icon" href="data:,"><script src="/page.js"></script>`;

/** Runs in the page: writes down what happens to it. */
function page() {
  globalThis.seen = [];
  const see = (word) => seen.push(word);
  for (const type of ["pageshow", "pagehide"]) addEventListener(type, ({ persisted }) => see(`${type} ${persisted}`));
  for (const type of ["online", "offline"]) addEventListener(type, () => see(type));
  for (const type of ["freeze", "resume"]) document.addEventListener(type, () => see(type));
  document.addEventListener("visibilitychange", () => see(document.visibilityState));
  addEventListener("storage", ({ key, newValue }) => see(`storage ${key}=${newValue}`));
  globalThis.channel = new BroadcastChannel("tabs");
  channel.onmessage = ({ data }) => see(`message ${data}`);
  // An open channel keeps a page out of the back/forward cache in some browsers.
  addEventListener("pagehide", () => channel.close());
}

// As strict as the policy of a page that uses the client has to be, but for the worker that tells a tab's process.
const HEADERS = { "content-security-policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:; worker-src blob:" };

const server = createServer((request, answer) => {
  const script = request.url === "/page.js";
  const cookies = request.url === "/cookie" ? { "set-cookie": "kept=yes; Max-Age=1000; HttpOnly" } : {};
  answer.writeHead(200, { ...HEADERS, ...cookies, "content-type": script ? "text/javascript" : "text/html" });
  if (script) answer.end(`(${page})();`);
  else answer.end(request.url === "/cookies" ? (request.headers.cookie ?? "none") : PAGE);
});

const saw = (tab, word) => until(`a tab to see ${word}`, () => tab.evaluate((wanted) => seen.includes(wanted), word));
const state = (tab, wanted) => until(`a ${wanted} tab`, () => tab.evaluate((it) => document.visibilityState === it, wanted));
const cookies = (tab) => tab.evaluate(() => fetch("/cookies").then((answer) => answer.text()));

before(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
after(() => {
  server.close();
  server.closeAllConnections();
});

for (const kind of browsers) {
  describe(kind.name, () => {
    let browser, one, two, origin;

    before(async () => {
      origin = `http://127.0.0.1:${server.address().port}`;
      browser = await kind.open();
      one = await browser.tab(`${origin}/`);
      two = await browser.tab(`${origin}/`);
    });
    after(() => browser?.close());

    testIn(kind, "a message on a channel reaches the other tab", ["tabs"], async () => {
      await one.evaluate(() => channel.postMessage("hello"));
      await saw(two, "message hello");
    });

    testIn(kind, "a lock that one tab holds is given to the other when it is let go", ["tabs"], async () => {
      await one.evaluate(
        () =>
          new Promise((held) => {
            navigator.locks.request("leader", () => new Promise((letGo) => held((globalThis.letGo = letGo))));
          }),
      );
      const ask = () => navigator.locks.request("leader", { ifAvailable: true }, (lock) => lock !== null);
      assert.equal(await two.evaluate(ask), false);
      const given = two.evaluate(() => navigator.locks.request("leader", () => "given"));
      await until("the other tab to wait for it", () =>
        one.evaluate(async () => (await navigator.locks.query()).pending.length === 1),
      );
      await one.evaluate(() => letGo());
      assert.equal(await given, "given");
    });

    testIn(kind, "a lock is let go when its tab is closed", ["tabs"], async () => {
      const third = await browser.tab(`${origin}/`);
      await third.evaluate(
        () =>
          new Promise((held) => {
            navigator.locks.request("closed", () => new Promise(() => held()));
          }),
      );
      const given = one.evaluate(() => navigator.locks.request("closed", () => "given"));
      await third.close();
      assert.equal(await given, "given");
    });

    testIn(kind, "what one tab writes to IndexedDB the other reads", ["tabs"], async () => {
      const transact = async (mode, act) => {
        const database = await new Promise((resolve, reject) => {
          const request = indexedDB.open("box", 1);
          request.onupgradeneeded = () => request.result.createObjectStore("things");
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
        const transaction = database.transaction("things", mode);
        const things = transaction.objectStore("things");
        const request = act === undefined ? things.get("key") : things.put(act, "key");
        await new Promise((resolve) => (transaction.oncomplete = resolve));
        database.close();
        return request.result;
      };
      await one.evaluate(transact, "readwrite", "from one");
      assert.equal(await two.evaluate(transact, "readonly"), "from one");
    });

    testIn(kind, "a tab that has read from localStorage is told of what another puts there", ["tabs"], async () => {
      // WebKit tells only those that have.
      await two.evaluate(() => localStorage.getItem("colour"));
      await one.evaluate(() => localStorage.setItem("colour", "blue"));
      await saw(two, "storage colour=blue");
      assert.equal(await two.evaluate(() => localStorage.getItem("colour")), "blue");
    });

    testIn(kind, "an HttpOnly cookie that one tab was given the other sends", ["tabs"], async () => {
      await one.evaluate(() => fetch("/cookie").then(() => {}));
      assert.equal(await cookies(two), "kept=yes");
    });

    testIn(kind, "WebAssembly is compiled and run at once, under a strict policy", [], async () => {
      const answer = await one.evaluate(() => {
        // (module (func (export "f") (result i32) i32.const 42))
        const words = "0061736d 01000000 01050160 00017f03 02010007 05010166 00000a06 01040041 2a0b";
        const bytes = Uint8Array.from(words.replaceAll(" ", "").match(/../g), (pair) => Number.parseInt(pair, 16));
        return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.f();
      });
      assert.equal(answer, 42);
    });

    testIn(kind, "an error in the page comes out with its name and message", [], async () => {
      const failing = one.evaluate(async () => {
        throw new TypeError("no such thing");
      });
      await assert.rejects(failing, { name: "TypeError", message: /no such thing/ });
      assert.equal(await one.evaluate(() => undefined), undefined);
    });

    testIn(kind, "a tab that another comes in front of is hidden, and is told so", ["hidden"], async () => {
      await one.front();
      await state(one, "visible");
      await state(two, "hidden");
      await one.evaluate(() => void (seen.length = 0));
      await two.front();
      await saw(one, "hidden");
      await state(two, "visible");
      await one.front();
      await saw(one, "visible");
    });

    testIn(kind, "Back shows the page as it was left, and says so", ["backForwardCache"], async () => {
      await one.front();
      await one.evaluate(() => void (globalThis.kept = "in memory"));
      await one.goto(`${origin}/next`);
      await one.back();
      await saw(one, "pageshow true");
      assert.equal(await one.evaluate(() => globalThis.kept), "in memory");
      await one.reload();
      assert.equal(await one.evaluate(() => globalThis.kept), undefined);
      await one.goto(`${origin}/elsewhere`);
      assert.equal(await one.evaluate(() => location.pathname), "/elsewhere");
    });

    testIn(kind, "the network can be taken away, and the tabs are told when it goes and when it comes", ["offline"], async () => {
      const reached = () => fetch("/").then(() => true, () => false);
      await browser.offline(true);
      try {
        for (const tab of [one, two]) {
          await saw(tab, "offline");
          assert.equal(await tab.evaluate(() => navigator.onLine), false);
          assert.equal(await tab.evaluate(reached), false);
        }
      } finally {
        await browser.offline(false);
      }
      for (const tab of [one, two]) {
        await saw(tab, "online");
        assert.equal(await tab.evaluate(reached), true);
      }
    });

    testIn(kind, "a frozen tab stands still until it is thawed, and the other does not", ["freeze"], async () => {
      await one.evaluate(() => void (globalThis.beat = setInterval(() => channel.postMessage("beat"), 10)));
      const forget = () => two.evaluate(() => void (seen.length = 0));
      // A hidden tab's timers run once a second in some browsers.
      const pass = () => two.evaluate(() => new Promise((resolve) => setTimeout(resolve, 1500)));
      await two.front();
      await forget();
      await saw(two, "message beat");
      await one.freeze(true);
      try {
        // What was on its way arrives first; and a browser may have promised to freeze what has not heard of it yet.
        await until("a silence", async () => {
          await forget();
          await pass();
          return two.evaluate(() => seen.length === 0);
        });
      } finally {
        await one.freeze(false);
      }
      await saw(two, "message beat");
      await one.evaluate(() => clearInterval(beat));
    });

    // The others are stopped from outside, and fire nothing.
    if (kind === chromium) {
      testIn(kind, "a tab is told that it is about to be frozen, and that it goes on", ["freeze"], async () => {
        await one.freeze(true);
        await saw(one, "freeze");
        await one.freeze(false);
        await saw(one, "resume");
      });
    }

    testIn(kind, "what it cannot do it refuses by name", [], async () => {
      if (!kind.capabilities.offline) await assert.rejects(browser.offline(true), Unavailable);
      if (!kind.capabilities.profile) await assert.rejects(kind.open({ profile: "/nowhere" }), Unavailable);
    });

    testIn(kind, "cleared storage is empty in every tab", [], async () => {
      await one.evaluate(() => localStorage.setItem("colour", "red"));
      await one.evaluate(() => fetch("/cookie").then(() => {}));
      await browser.clearStorage();
      assert.equal(await two.evaluate(() => localStorage.length), 0);
      assert.deepEqual(await two.evaluate(() => indexedDB.databases()), []);
      assert.equal(await cookies(two), "none");
    });
  });

  testIn(kind, "a profile keeps cookies and storage when the browser is closed", ["profile"], async () => {
    const origin = `http://127.0.0.1:${server.address().port}`;
    const profile = await mkdtemp(join(tmpdir(), "stayd-profile-"));
    const closing = [];
    const opened = async () => {
      const browser = await kind.open({ profile });
      closing.push(() => browser.close());
      return { browser, tab: await browser.tab(`${origin}/`) };
    };
    try {
      const first = await opened();
      await first.tab.evaluate(() => fetch("/cookie").then(() => localStorage.setItem("colour", "green")));
      await first.browser.close();
      closing.pop();
      const { tab } = await opened();
      assert.equal(await tab.evaluate(() => localStorage.getItem("colour")), "green");
      assert.equal(await cookies(tab), "kept=yes");
    } finally {
      for (const close of closing) await close();
      // Firefox's last children may still be writing.
      await rm(profile, { recursive: true, force: true, maxRetries: 20 });
    }
  });
}
