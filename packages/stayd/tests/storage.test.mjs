// What is kept where IndexedDB is missing: localStorage is all there is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const { createStorage } = await source("storage");

/** A localStorage of this text under the session's key, with room for so many characters. */
function local(text, room = Infinity) {
  const setItem = (_, value) => {
    if (value.length > room) throw new DOMException("full", "QuotaExceededError");
    text = value;
  };
  globalThis.localStorage = { getItem: () => text, setItem, removeItem: () => (text = null) };
  return { entry: () => JSON.parse(text) };
}

/** A record of this epoch. */
const record = (epoch) => {
  const bytes = new Uint8Array(88);
  new Uint32Array(bytes.buffer)[0] = epoch;
  return bytes;
};
const entry = (epoch) => JSON.stringify({ at: Date.now(), record: [...record(epoch)], data: null });
const epochOf = (stored) => stored && new Uint32Array(stored.record.buffer)[0];

test("without IndexedDB nothing is written over a newer hint, and that is the answer", async () => {
  const missing = new Set();
  const kept = local(entry(2));
  const storage = createStorage("stayd", true, (what) => missing.add(what));
  assert.equal(epochOf(await storage.write(record(1), null)), 2);
  assert.equal(kept.entry().record[0], 2);
  assert.equal(await storage.write(record(3), null), null);
  assert.equal(kept.entry().record[0], 3);
  assert.deepEqual([...missing], ["indexedDB"]);
});

test("where there is no room for somebody the one before is not kept either", async () => {
  const of = (id, name) => JSON.stringify({ session: { id, userId: id }, user: { id, name } });
  const ada = JSON.stringify({ at: Date.now(), record: [...record(1)], data: of("ada", "Ada") });
  const kept = local(ada, ada.length + 50);
  const missing = new Set();
  const storage = createStorage("stayd", true, (what) => missing.add(what));
  assert.equal(epochOf(storage.hint(() => {})), 1);
  await storage.write(record(2), of("grace", "G".repeat(100)));
  assert.equal(kept.entry(), null);
  assert.ok(missing.has("localStorage"));
});

test("a hint is there at once, and what decides is told after it", async () => {
  local(entry(2));
  const storage = createStorage("stayd", true, () => {});
  const told = await new Promise((resolve) => assert.equal(epochOf(storage.hint(resolve)), 2));
  assert.equal(told, null, "nothing does here");
});

test("a page that is rendered on a server keeps nothing: what that has of localStorage is one for all visitors", async () => {
  const kept = local("null");
  const { createSession } = await source("index");
  const render = (id) => {
    const session = { id, userId: id, expiresAt: "2100-01-01T00:00:00Z", createdAt: "2026-01-01T00:00:00Z" };
    return createSession({ initial: id ? { session, user: { id } } : null });
  };
  const [ada, nobody] = [render("ada"), render("")];
  await new Promise(setImmediate);
  assert.equal(kept.entry(), null);
  assert.deepEqual([ada.get().data?.user.id, nobody.get().data], ["ada", null]);
});
