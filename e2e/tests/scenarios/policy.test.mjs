// Pages with a strict Content-Security-Policy: the main entry needs `'wasm-unsafe-eval'`, `stayd/js` nothing.
import assert from "node:assert/strict";
import { after, before, describe } from "node:test";
import { browsers, testIn } from "../../browsers/index.mjs";
import { untilView, openScene, verified } from "./scene.mjs";

const STRICT = "default-src 'self'; img-src data:; require-trusted-types-for 'script'; trusted-types 'none'; script-src 'self'";
const ENTRIES = [
  ["stayd", "index.js", `${STRICT} 'wasm-unsafe-eval'`],
  ["stayd/js", "js.js", STRICT],
];

const PAGE = `<!doctype html><meta charset="utf-8"><title>app</title><link rel="icon" href="data:,"><p id="who">-</p>
<script type="module" src="/app.js"></script>`;
const app = (entry) => `
  window.violations = [];
  window.errors = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => violations.push(violatedDirective + " " + blockedURI));
  const { createSession } = await import("/stayd/${entry}");
  window.session = createSession();
  session.subscribe(({ data, error }) => {
    document.getElementById("who").textContent = data ? data.user.email : "nobody";
    if (error) errors.push(error.code);
  });`;

for (const kind of browsers) {
  for (const [name, entry, policy] of ENTRIES) {
    describe(`${kind.name}, ${name}`, () => {
      let scene;
      before(async () => {
        const headers = { "content-security-policy": policy };
        scene = await openScene(kind, { headers, pages: { "/": PAGE, "/app.js": app(entry) } });
      });
      after(() => scene?.close());

      testIn(kind, `${name} signs in, renews and signs out under a strict policy`, ["tabs"], async () => {
        const tab = await scene.signedIn();
        assert.equal(await tab.evaluate(() => document.getElementById("who").textContent), tab.person.email);
        assert.deepEqual(await tab.evaluate(() => session.renew()), { ok: true });
        // Nothing has failed, neither then nor before.
        assert.deepEqual(await tab.evaluate(() => errors), []);
        const other = await scene.tab();
        await verified(other);
        await tab.evaluate(() => session.signOut());
        await untilView(other, { data: null, ended: "signed-out" });
        for (const one of [tab, other]) assert.deepEqual(await one.evaluate(() => violations), []);
      });
    });
  }
}
