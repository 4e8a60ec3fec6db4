// What a page counts of its session by its events (EN-13), as `docs/machine.md` says, in a browser against the real server.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { transform } from "esbuild";
import { chromium } from "../browsers/index.mjs";
import { until } from "../until.mjs";
import { json, openScene, verified } from "./scenarios/scene.mjs";

let scene, snippet;
before(async () => {
  const page = await readFile(new URL("../../docs/machine.md", import.meta.url), "utf8");
  const [, typed] = /## Counting[^]*?```ts\n([^]*?)```/.exec(page);
  snippet = (await transform(typed, { loader: "ts" })).code;
  scene = await openScene(chromium);
});
after(() => scene?.close());

test("renewals, failures and the end of a session are counted once each, with its duration", async () => {
  const { site } = scene;
  const tab = await scene.signedIn();
  await verified(tab);
  await tab.evaluate((code) => {
    window.counted = [];
    window.observed = [];
    new Function("session", "count", "observe", code)(session, (...what) => counted.push(what), (...what) => observed.push(what));
  }, snippet);
  const counted = () => tab.evaluate(() => counted);

  assert.deepEqual(await tab.evaluate(() => session.renew()), { ok: true });
  assert.deepEqual(await counted(), [["renewals"]]);
  site.fault = async ({ path }, pass) => (path === "/get-session" ? json(503, {}) : pass());
  assert.equal((await tab.evaluate(() => session.renew())).error.code, "unavailable");
  assert.deepEqual((await counted()).at(-1), ["failures", { code: "unavailable" }]);
  site.fault = null;
  await until("the machine to have renewed it by itself", async () => (await counted()).at(-1)[0] === "renewals");
  const before = (await counted()).length;
  assert.deepEqual(await tab.evaluate(() => session.signOut()), { ok: true });
  assert.deepEqual((await counted()).slice(before), [["ends", { why: "signed-out" }]]);
  const [[name, duration], ...more] = await tab.evaluate(() => observed);
  assert.deepEqual([name, more], ["session duration", []]);
  assert.ok(duration >= 0 && duration < 10 * 60_000, `${duration} ms`);
});
