// The backend of docs/backends.md, as it stands there: its types are checked, it is bundled, and signs in against a server of its own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "../../browsers/index.mjs";
import { borrow } from "../../browsers/lending.mjs";
import { until } from "../../until.mjs";

const PACKAGE = fileURLToPath(new URL("../../../packages/stayd/", import.meta.url));
const tools = createRequire(`${PACKAGE}package.json`);

let folder, http, origin, browser;

/** One session per cookie, in memory: the server that the document speaks of. */
const signedIn = new Map();
let count = 0;
async function serve(request, response) {
  const cookie = request.headers.cookie?.match(/sid=(\w+)/)?.[1] ?? "";
  const json = (status, body, headers = {}) =>
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(body && JSON.stringify(body));
  let body = "";
  for await (const chunk of request) body += chunk;
  if (request.url === "/") return response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
  if (request.url === "/app.js") {
    return response.writeHead(200, { "content-type": "text/javascript" }).end(await readFile(`${folder}/app.js`));
  }
  if (request.url === "/login") {
    const { name, password } = JSON.parse(body);
    if (password !== "open sesame") return json(401, { error: "wrong" });
    const me = { id: `user-${name}`, name, sessionId: `s${++count}`, expiresAt: new Date(Date.now() + 1_800_000).toISOString() };
    signedIn.set(me.sessionId, me);
    return json(200, me, { "set-cookie": `sid=${me.sessionId}; HttpOnly; Path=/` });
  }
  if (request.url === "/logout") {
    signedIn.delete(cookie);
    return json(204);
  }
  const me = signedIn.get(cookie);
  return me ? json(200, me) : json(401, { error: "nobody" });
}

const PAGE = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><script type="module">
import { session } from "/app.js";
window.session = session;
</script>`;

describe("the backend in the document", () => {
  before(async () => {
    // Beside the package, so that `stayd` and its types are found as a user's project finds them.
    folder = await mkdtemp(`${PACKAGE}node_modules/.example-`);
    const docs = await readFile(new URL("../../../docs/backends.md", import.meta.url), "utf8");
    await writeFile(`${folder}/session.ts`, docs.match(/```ts\n([\s\S]*?)```/)[1]);
    http = createServer(serve).listen(0, "127.0.0.1");
    await once(http, "listening");
    origin = `http://127.0.0.1:${http.address().port}`;
    browser = await borrow(chromium);
  });

  after(async () => {
    await browser?.close();
    http?.closeAllConnections();
    http?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("its types are right", () => {
    const tsc = tools.resolve("typescript/bin/tsc");
    const options = ["--noEmit", "--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler", "--skipLibCheck"];
    const run = spawnSync(process.execPath, [tsc, ...options, `${folder}/session.ts`], { encoding: "utf8" });
    assert.equal(run.status, 0, run.stdout);
  });

  test("it signs in, is shared by tabs, and signs out", async () => {
    const { build } = tools("esbuild");
    await build({ entryPoints: [`${folder}/session.ts`], outfile: `${folder}/app.js`, bundle: true, format: "esm", logLevel: "silent", alias: { stayd: `${PACKAGE}dist/index.js` } });
    const [a, b] = [await browser.tab(`${origin}/`), await browser.tab(`${origin}/`)];
    const status = (tab) => tab.evaluate(() => session.get().status);
    await until("the first answer", async () => (await status(a)) === "initial" && (await status(b)) === "initial");
    const wrong = await a.evaluate(() => session.signIn({ name: "ada", password: "let me in" }));
    assert.deepEqual([wrong.ok, wrong.error.code], [false, "wrong-password"]);
    assert.deepEqual(await a.evaluate(() => session.signIn({ name: "ada", password: "open sesame" })), { ok: true });
    await until("the other tab to know", () => b.evaluate(() => session.get().data?.user.name === "ada"));
    assert.deepEqual(await b.evaluate(() => session.signOut()), { ok: true });
    await until("both to be out", async () => (await status(a)) === "initial" && (await status(b)) === "initial");
  });
});
