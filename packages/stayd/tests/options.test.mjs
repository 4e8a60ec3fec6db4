import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const { configOf } = await source("options");

test("an option that is undefined is one that is absent", () => {
  const absent = ["url", "backend", "name", "initial", "renewal", "heartbeat", "warning", "timeout", "remember", "signedOutUrl", "debug"];
  assert.deepEqual(configOf(Object.fromEntries(absent.map((option) => [option, undefined]))), configOf({}));
});

test("without options the defaults of the documents hold, in ms", () => {
  assert.deepEqual(configOf({}), { renewal: 0, heartbeat: 300_000, warning: 300_000, timeout: 15_000 });
});

for (const [option, value, accepted, named = option] of [
  ["heartbeat", -1, "0 to "],
  ["heartbeat", "soon", "0 to "],
  ["warning", Number.NaN, "0 to "],
  ["heartbeat", "60", "0 to "],
  ["heartbeat", true, "0 to "],
  ["warning", [], "0 to "],
  ["timeout", 0, "1 to "],
  ["timeout", 1e9, "1 to "],
  ["renewal", "sometimes", "always, visible, manual"],
  ["name", "no spaces please", "/"],
  ["name", "", "/"],
  ["name", null, "a string"],
  ["name", ["x"], "a string"],
  ["url", 7, "a string"],
  ["signedOutUrl", true, "a string"],
  ["remember", "no", "a boolean"],
  ["heartbeet", 60, "absent"],
  ["backend", {}, "a function", "backend.check"],
  ["backend", { check() {}, signOut: 1 }, "a function", "backend.signOut"],
  ["backend", false, "a function", "backend.check"],
  ["debug", "yes", "a function"],
  ["initial", { user: {} }, "{session, user}"],
  ["initial", { session: { id: "s", userId: "u", expiresAt: "2100-01-01" }, user: { id: "v" } }, "{session, user}"],
  ["initial", { session: { id: "s", userId: "u" }, user: { id: "u" } }, "{session, user}"],
]) {
  test(`${option}: ${JSON.stringify(value)} is refused by its name, with what is accepted`, () => {
    const words = `createSession: ${named} must be ${accepted}`;
    assert.throws(() => configOf({ [option]: value }), (error) => error instanceof TypeError && error.message.startsWith(words));
  });
}
