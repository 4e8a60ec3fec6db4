// AU-12, P7 and scenario 31: no token in any storage, message, view or recording, whatever the server answers.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { PAGE } from "../../app/site.mjs";
import { browsers, testIn } from "../../browsers/index.mjs";
import { age, asksSession, json, openScene, stored, verified } from "./scene.mjs";

const CANARY = "canary-0123456789-token";

/** Before the package: writes down all that is said on its channel, and by storage events. */
const LISTEN = `<script>
  window.heard = [];
  new BroadcastChannel("stayd:1:stayd").onmessage = ({ data }) => heard.push({ ...data, record: String.fromCharCode(...data.record) });
  addEventListener("storage", ({ key, newValue }) => heard.push([key, newValue]));
</script>`;

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene, site, rendered;
    before(async () => {
      scene = await openScene(kind, {
        pages: { "/": PAGE.replace('<script type="module">', `${LISTEN}$&`), "/rendered": () => rendered },
      });
      site = scene.site;
    });
    after(() => scene?.close());

    testIn(kind, "31 no token is found in what pages store, say, show or record", ["tabs"], async () => {
      const tab = await scene.signedIn();
      // As a real Better Auth server does, this one tells the token in its answers from here on.
      let told = 0;
      site.fault = async (request, pass) => {
        const answer = await pass();
        const found = asksSession(request) && JSON.parse(answer.body);
        if (!found) return answer;
        told++;
        return json(200, { ...found, session: { ...found.session, token: CANARY } });
      };
      const other = await scene.tab();
      await verified(other);
      const seen = [];
      const look = async () => {
        for (const one of [tab, other]) {
          seen.push(await stored(one));
          seen.push(
            await one.evaluate(async () => {
              // Nobody has any after the sign-out.
              const sessions = () => session.sessions.list().catch(({ code }) => code);
              const recording = Array.from(session.record(), (byte) => String.fromCharCode(byte)).join("");
              return JSON.stringify([heard, views, session.get(), await sessions(), recording, document.documentElement.outerHTML]);
            }),
          );
        }
      };
      await tab.evaluate(() => session.renew());
      await other.evaluate(() => session.update({ name: "Grace" }));
      await tab.evaluate(() => session.refresh());
      await look();
      const { data } = await verified(tab);
      rendered = PAGE.replace('<script type="module">', `${LISTEN}<script>window.options = { initial: ${JSON.stringify({ ...data, session: { ...data.session, token: CANARY } })} };</script>$&`);
      await scene.go(tab, {}, "/rendered");
      await tab.evaluate(() => session.renew());
      // That page's own source holds it; nothing that the package made does.
      await tab.evaluate(() => document.querySelectorAll("script").forEach((script) => script.remove()));
      await look();
      await age(tab, 1000);
      await other.evaluate(() => session.signOut());
      await scene.go(tab);
      await look();

      assert.ok(told >= 4);
      assert.ok((await other.evaluate(() => heard.length)) > 0, "something was said");
      const cookies = site.requests.flatMap(({ cookie }) => /session_token=([^;]+)/.exec(cookie)?.[1] ?? []);
      const canaries = new Set([CANARY]);
      for (const value of cookies) canaries.add(value).add(decodeURIComponent(value)).add(decodeURIComponent(value).split(".")[0]);
      assert.ok(canaries.size >= 4, "the cookie, in three forms");
      for (const canary of canaries) seen.forEach((text, i) => assert.ok(!text.includes(canary), `a token in ${i}: ${text.slice(0, 2000)}`));
    });
  });
}
