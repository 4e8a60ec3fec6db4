// The official better-auth client beside ours in one browser: each hears what the other's page does (protocol 11.5). The client
// is the unmodified package that the conformance suite pins.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { after, before, describe } from "node:test";
import { browsers, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { clocks } from "./clocks.mjs";
import { openScene, pageWith, untilView, verified } from "./scene.mjs";

const conformance = createRequire(new URL("../../../conformance/package.json", import.meta.url));
const { build } = conformance("esbuild");

/** The script of the official client's page; its session is in `official`. */
async function officialScript() {
  const contents = `
    import { createAuthClient } from "better-auth/client";
    window.client = createAuthClient();
    client.useSession.subscribe((value) => (window.official = { email: value.data?.user.email ?? null, name: value.data?.user.name, pending: value.isPending }));`;
  const resolveDir = dirname(conformance.resolve("./package.json"));
  const { outputFiles } = await build({ stdin: { contents, resolveDir }, bundle: true, write: false, format: "esm", platform: "browser", logLevel: "error" });
  return outputFiles[0].text;
}
const PAGE = `<!doctype html><title>official</title><script type="module" src="/official.js"></script>`;

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene;
    before(async () => {
      scene = await openScene(kind, { pages: { "/clocks": pageWith(clocks), "/official": PAGE, "/official.js": await officialScript() } });
    });
    after(() => scene?.close());

    const shows = (tab, email) =>
      until(`the official client to show ${email}`, () => tab.evaluate((it) => window.official?.pending === false && official.email === it, email));

    testIn(kind, "the official client hears of our sign-out, sign-in and change, and ours of its", ["tabs"], async () => {
      const ours = await scene.signedIn({}, "/clocks");
      await verified(ours);
      const theirs = await scene.tab();
      await theirs.goto(`${scene.site.origin}/official`);
      const { email, password } = ours.person;
      await shows(theirs, email);

      await ours.evaluate(() => session.signOut());
      await shows(theirs, null);
      await ours.evaluate((them) => session.signIn(them), { email, password });
      await shows(theirs, email);

      await theirs.evaluate(() => client.signOut().then(() => {}));
      await untilView(ours, { identity: "anonymous" });
      // Of a sign-in the official client tells nobody: it is seen when the tab is looked at.
      await theirs.front();
      await theirs.evaluate((them) => client.signIn.email(them).then(() => {}), { email, password });
      // An answer of the last second would do for a look.
      await ours.evaluate(() => pass(2000));
      await ours.front();
      await untilView(ours, { identity: "active", verified: true });
      await theirs.evaluate(() => client.updateUser({ name: "Countess" }).then(() => {}));
      await until("the new name", () => ours.evaluate(() => session.get().data?.user.name === "Countess"));
      // None of them answers the other's messages with more of them: what comes last is one question.
      scene.site.forget();
      await ours.evaluate(() => session.refresh());
      assert.ok(scene.site.count("/get-session") <= 2);
    });

    testIn(kind, "the official client in the same page hears of our sign-out, sign-in and change", ["tabs"], async () => {
      const both = await scene.signedIn();
      await verified(both);
      const { email, password } = both.person;
      await both.evaluate(() => import("/official.js").then(() => {}));
      await shows(both, email);
      await both.evaluate(() => session.signOut());
      await shows(both, null);
      await both.evaluate((us) => session.signIn(us), { email, password });
      await shows(both, email);
      await both.evaluate(() => session.update({ name: "Countess" }));
      await until("the change", () => both.evaluate(() => window.official.name === "Countess"));
    });

    testIn(kind, "a page of ours that is rendered with what it remembers has no news for the official client", ["tabs"], async () => {
      const ours = await scene.signedIn();
      const { data } = await verified(ours);
      const theirs = await scene.tab();
      await theirs.goto(`${scene.site.origin}/official`);
      await shows(theirs, ours.person.email);
      await theirs.evaluate(() => {
        window.heard = 0;
        addEventListener("storage", ({ key }) => (window.heard += Number(key === "better-auth.message")));
      });
      await ours.front();
      await scene.go(ours, { initial: data });
      await verified(ours);
      await ours.evaluate(() => session.update({ name: "Countess" }));
      // What was said before has been heard by then.
      await until("the change", () => theirs.evaluate(() => window.official.name === "Countess"));
      assert.equal(await theirs.evaluate(() => window.heard), 1);
    });
  });
}
