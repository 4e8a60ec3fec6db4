// The network is lost in the middle of a command: the server has carried it out, and nobody hears of it (AU-24, SS-10). What pages show is then
// what the server says when it is asked.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { browsers, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { openScene, signUp, untilView, verified, view } from "./scene.mjs";

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene, site;
    before(async () => {
      scene = await openScene(kind);
      ({ site } = scene);
    });
    after(() => scene?.close());

    /** Two tabs; the answers to requests for this path are lost, all of them or one. */
    const losing = async (path, all = true) => {
      const tab = await scene.signedIn();
      const other = await scene.tab();
      await verified(other);
      let lost = 0;
      site.forget();
      site.fault = async (request, pass) => {
        const answer = await pass();
        return request.path === path && (++lost === 1 || all) ? null : answer;
      };
      return [tab, other, () => lost];
    };

    testIn(kind, "a change whose answer is lost has failed, and what the server made of it shows in both tabs", ["tabs"], async () => {
      const [tab, other, lost] = await losing("/update-user");
      const { ok, error } = await tab.evaluate(() => session.update({ name: "Grace" }));
      assert.deepEqual([ok, error.code], [false, "unreachable"]);
      assert.ok(lost() >= 1);
      for (const one of [tab, other]) await until("the new name", async () => (await view(one)).data?.user.name === "Grace");
      for (const one of [tab, other]) await untilView(one, { identity: "active", verified: true, error: null });
    });

    testIn(kind, "a sign-in as somebody else whose answer is lost has failed, and no tab shows either person", ["tabs"], async () => {
      const somebodyElse = await signUp(await scene.signedIn());
      const [tab, other] = await losing("/sign-in/email");
      const { ok, error } = await tab.evaluate((who) => session.signIn(who), somebodyElse);
      assert.deepEqual([ok, error.code], [false, "unreachable"]);
      // Its cookie is lost with it, and a sign-in ends the session that it takes the place of (L-3).
      for (const one of [tab, other]) await untilView(one, { identity: "anonymous", verified: true, error: null });
      for (const one of [tab, other]) {
        const shown = await one.evaluate(() => views.map(({ data }) => data?.user.email));
        assert.ok(!shown.includes(somebodyElse.email), `${shown}`);
      }
      site.fault = null;
      assert.deepEqual(await tab.evaluate((who) => session.signIn(who), somebodyElse), { ok: true });
      for (const one of [tab, other]) await until("who signed in", async () => (await view(one)).data?.user.email === somebodyElse.email);
    });

    testIn(kind, "36 a sign-out whose answer is lost is one at once, and is told again until it is answered", ["tabs"], async () => {
      const [tab, other, lost] = await losing("/sign-out", false);
      await tab.evaluate(() => void session.signOut());
      for (const one of [tab, other]) await untilView(one, { identity: "anonymous", ended: "signed-out" });
      await until("the sign-out to be told again", () => lost() >= 2);
      for (const one of [tab, other]) await untilView(one, { identity: "anonymous", error: null });
      await scene.go(other);
      await untilView(other, { status: "initial", verified: true });
    });
  });
}
