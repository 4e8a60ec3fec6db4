// What the stream makes of an end. In browsers, with the real server: `e2e/tests/push.test.mjs`.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";
import { source } from "./source.mjs";

const REMEMBERED = {
  at: 1_700_000_000_000,
  record: [7, 1, 0, 0, 3, 0, 0, 0, ...Array(73).fill(9), ...Array(7).fill(0)],
  data: JSON.stringify({ session: { id: "s1" }, user: { id: "ada" } }),
};

const streams = [];
// What of a browser the entry looks at. Without locks every tab has a stream.
Object.assign(globalThis, {
  document: {},
  addEventListener() {},
  removeEventListener() {},
  dispatchEvent: ({ key }) => (told.official ??= key),
  StorageEvent: class {
    constructor(_, { key }) {
      this.key = key;
    }
  },
  EventSource: class extends EventTarget {
    constructor() {
      super();
      streams.push(this);
    }
    close() {}
  },
});
Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} });

const { connectPush } = await source("push");

let told, tabs, page;
beforeEach(() => {
  told = [];
  tabs = new BroadcastChannel("stayd:1:mine");
  tabs.onmessage = ({ data }) => told.push(data);
  page = { asked: 0, get: () => ({ data: null }), refresh: () => (page.asked += 1), channel: (open) => (page.stream = open()) };
});
afterEach(() => {
  tabs.close();
  page.stream?.close();
});

/** The server says this last of a browser that remembers that; what the tabs were told by then, and how often the server was asked. */
async function ended(word, remembered = REMEMBERED) {
  globalThis.localStorage = { getItem: (key) => (key === "mine.session" ? JSON.stringify(remembered) : null) };
  connectPush(page, { name: "mine" });
  streams.at(-1).dispatchEvent(new MessageEvent("session-ended", { data: JSON.stringify(word) }));
  // What was posted before is heard before.
  const last = new BroadcastChannel("stayd:1:mine");
  const heard = new Promise((resolve) => tabs.addEventListener("message", ({ data }) => data === "last" && resolve()));
  last.postMessage("last");
  await heard;
  last.close();
  return { told: told.filter((message) => message !== "last"), official: told.official, asked: page.asked };
}

test("every tab is told of an end as of the moment that it amends, and the server is asked", async () => {
  const { told, official, asked } = await ended({ reason: "revoked", session: "s1" });
  const record = new Uint8Array(88).fill(255, 32, 40).fill(255, 64, 72);
  record.set([8, 1, 0, 0], 0);
  record[28] = 3;
  assert.deepEqual(told, [{ kind: 0, at: REMEMBERED.at, record, data: null }]);
  assert.deepEqual([official, asked], ["better-auth.message", 1]);
});

test("what the server says of an end says nothing of a sign-in that is under way", async () => {
  const SWITCHING = 81;
  const record = REMEMBERED.record.with(SWITCHING, 1);
  const { told } = await ended({ reason: "revoked", session: "s1" }, { ...REMEMBERED, record });
  assert.equal(told[0].record[SWITCHING], 1);
});

for (const [what, word, remembered] of [
  ["another session than the browser remembers", { reason: "revoked", session: "s0" }],
  ["a session that the server does not name", { reason: "revoked" }],
  ["a session whose time has come, which a renewal may have moved", { reason: "expired", session: "s1" }],
  ["a session that an operator seems to have ended", { reason: "administrator", session: "s1" }],
  ["a session when nothing may be remembered", { reason: "revoked", session: "s1" }, { ...REMEMBERED, data: null }],
  ["a session when nothing is remembered", { reason: "revoked", session: "s1" }, null],
]) {
  test(`of the end of ${what} no tab is told before the server has been asked`, async () => {
    assert.deepEqual(await ended(word, remembered), { told: [], official: undefined, asked: 1 });
  });
}

test("of a session that this browser has replaced nobody is told and nothing is asked", async () => {
  assert.deepEqual(await ended({ reason: "replaced", session: "s1" }), { told: [], official: undefined, asked: 0 });
});

test("the entry is no larger than 1.4 KB", async () => {
  const bytes = gzipSync(await readFile(new URL("../dist/push.js", import.meta.url)), { level: 9 }).length;
  assert.ok(bytes <= 1400, `${bytes} bytes`);
});
