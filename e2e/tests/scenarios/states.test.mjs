// How a session's status goes: `initial`, `loading`, `active`, `error` (SS-1).
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { chromium } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { PASSWORD, gate, json, openScene, signUp, untilView, verified } from "./scene.mjs";

describe("the states of a session", () => {
  let scene, site;
  before(async () => {
    scene = await openScene(chromium);
    ({ site } = scene);
  });
  after(() => scene?.close());

  /** Each status that the page has shown, without repetitions. */
  const statuses = (tab) =>
    tab.evaluate(() => views.map(({ status }) => status).filter((status, at, all) => status !== all[at - 1]));

  test("loading comes before every answer, and an error where none can be had", async () => {
    const tab = await scene.empty();
    await scene.go(tab);
    await untilView(tab, { identity: "anonymous", verified: true });
    await signUp(tab);
    await verified(tab);
    assert.deepEqual(await statuses(tab), ["loading", "initial", "loading", "active"]);

    await scene.empty();
    site.fault = async () => json(503, {});
    await scene.go(tab);
    await untilView(tab, { status: "error" });
    site.fault = null;
    await tab.evaluate(() => void session.refresh());
    await untilView(tab, { status: "initial" });
    const all = await statuses(tab);
    assert.deepEqual([all.slice(0, 2), all.at(-1)], [["loading", "error"], "initial"]);
  });

  test("what a page was loading when it was left keeps no later page loading", async () => {
    const tab = await scene.empty();
    await scene.go(tab);
    await untilView(tab, { status: "initial" });
    const { opened, open } = gate();
    let asked = false;
    site.fault = async ({ path }, pass) => {
      if (!path.endsWith("/sign-in/email")) return pass();
      asked = true;
      await opened;
      return json(401, {});
    };
    await tab.evaluate((password) => void session.signIn({ email: "nobody@example.com", password }), PASSWORD);
    await untilView(tab, { status: "loading" });
    await until("the sign-in on its way", () => asked);
    await tab.reload();
    await until("the page", () => tab.evaluate(() => typeof session === "object"));
    await untilView(tab, { status: "initial", verified: true });
    open();
    assert.deepEqual((await statuses(tab)).slice(-2), ["loading", "initial"]);
  });
});
