// Two of them on one page (scenario 53), and options that make no sense.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { browsers, chromium, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { age, openScene, verified } from "./scene.mjs";

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene;
    before(async () => (scene = await openScene(kind)));
    after(() => scene?.close());

    testIn(kind, "53 two sessions, and a second copy of the package, share one request, and tell each other", ["tabs"], async () => {
      const tab = await scene.signedIn();
      await tab.evaluate(() => session.dispose());
      await age(tab, 8 * 86_400_000);
      scene.site.forget();
      await tab.evaluate(async () => {
        const [one, copy] = await Promise.all([import("/stayd/index.js"), import("/stayd/index.js?copy")]);
        if (one.createSession === copy.createSession) throw new Error("these are one copy");
        window.three = [one.createSession(), one.createSession(), copy.createSession()];
      });
      const all = (wanted) => until("all three to know", () => tab.evaluate(wanted));
      await all(() => three.every((each) => each.get().verified && each.get().identity === "active"));
      assert.equal(scene.site.count("/get-session"), 1);
      scene.site.forget();
      await tab.evaluate(() => Promise.all(three.map((each) => each.renew())));
      assert.equal(scene.site.count("/get-session"), 1);
      await tab.evaluate(() => three[2].signOut());
      await all(() => three.every((each) => each.get().ended === "signed-out" && each.get().data === null));
      assert.equal(scene.site.count("/sign-out"), 1);
    });
  });
}

describe("options", () => {
  let scene;
  before(async () => (scene = await openScene(chromium)));
  after(() => scene?.close());

  test("options that make no sense throw, with their name", async () => {
    const tab = await scene.signedIn();
    const wrong = [
      ["renewal", "sometimes"], ["renewal", null],
      ["heartbeat", -1], ["heartbeat", "often"], ["heartbeat", 100_000],
      ["warning", -5], ["warning", "soon"],
      ["timeout", 0], ["timeout", -1], ["timeout", 1e9], ["timeout", {}],
      ["name", ""], ["name", "a b"], ["name", "x".repeat(65)],
      ["url", 5],
      ["backend", {}], ["backend", "stayd"],
      ["debug", true],
      ["heartbeet", 60],
      ["initial", {}], ["initial", "Ada"], ["initial", { session: { id: "s" } }],
    ];
    const thrown = await tab.evaluate(async (cases) => {
      const { createSession } = await import("/stayd/index.js");
      return cases.map(([name, value]) => {
        try {
          createSession({ name: "options", [name]: value }).dispose();
          return "nothing";
        } catch (error) {
          return `${error.name}: ${error.message}`;
        }
      });
    }, wrong);
    wrong.forEach(([name, value], i) => {
      assert.match(thrown[i], new RegExp(`^TypeError: .*\\b${name}\\b`), `${name}: ${JSON.stringify(value)}`);
    });
    // The page's own session has not noticed.
    await verified(tab);
  });
});
