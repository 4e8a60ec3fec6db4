import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const { configOf } = await source("options");

test("without options the defaults of the documents hold, in ms", () => {
  assert.deepEqual(configOf({}), { renewal: 0, heartbeat: 300_000, warning: 300_000, timeout: 15_000 });
});

for (const [option, value] of [
  ["heartbeat", -1],
  ["heartbeat", "soon"],
  ["warning", Number.NaN],
  ["timeout", 0],
  ["timeout", 1e9],
  ["renewal", "sometimes"],
  ["name", "no spaces please"],
  ["name", ""],
  ["url", 7],
  ["signedOutUrl", true],
  ["remember", "no"],
  ["heartbeet", 60],
  ["backend", {}],
  ["debug", "yes"],
  ["initial", { user: {} }],
  ["initial", { session: { id: "s", userId: "u", expiresAt: "2100-01-01" }, user: { id: "v" } }],
  ["initial", { session: { id: "s", userId: "u" }, user: { id: "u" } }],
]) {
  test(`${option}: ${JSON.stringify(value)} is refused by its name`, () => {
    assert.throws(() => configOf({ [option]: value }), (error) => error instanceof TypeError && error.message.includes(option));
  });
}
