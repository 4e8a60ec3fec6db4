// What a page can count of its session by its events alone (EN-13): `docs/machine.md`, Counting. Renewals: `e2e/tests/counting.test.mjs`.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { transform } from "esbuild";
import { source } from "./source.mjs";

test("an end and how long the session lasted are counted as the page on the machine says, also when the object ends with it", async () => {
  const page = await readFile(new URL("../../../docs/machine.md", import.meta.url), "utf8");
  const [, snippet] = /## Counting[^]*?```ts\n([^]*?)```/.exec(page);
  const { code } = await transform(snippet, { loader: "ts" });

  const { createSession } = await source("js");
  const begun = Date.now() - 60_000;
  const session = createSession({
    initial: {
      session: { id: "s1", userId: "u1", createdAt: new Date(begun).toISOString(), expiresAt: new Date(begun + 3_600_000).toISOString() },
      user: { id: "u1", name: "Ada" },
    },
  });
  const counted = [];
  const observed = [];
  new Function("session", "count", "observe", code)(session, (...what) => counted.push(what), (...what) => observed.push(what));
  void session.signOut();
  session.dispose();
  assert.deepEqual(counted, [["ends", { why: "signed-out" }]]);
  assert.equal(observed.length, 1);
  const [[name, duration]] = observed;
  assert.equal(name, "session duration");
  assert.ok(duration >= 60_000 && duration <= Date.now() - begun, `${duration} ms`);
});
