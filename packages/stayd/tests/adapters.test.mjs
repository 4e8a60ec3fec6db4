import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

/** Bytes after gzip that an adapter adds to a page which has its framework and a session (issue 4). */
const PROMISED = { react: 1024, vue: 614, svelte: 614, solid: 614, nanostores: 614 };

/** An adapter as a bundler makes it from the package's own file; what it imports is the page's own. */
async function bundled(name) {
  const entryPoints = [fileURLToPath(new URL(`../dist/adapters/${name}.js`, import.meta.url))];
  const { outputFiles, metafile } = await build({
    entryPoints,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    packages: "external",
    metafile: true,
    write: false,
  });
  const [{ imports }] = Object.values(metafile.outputs);
  return { size: gzipSync(outputFiles[0].contents, { level: 9 }).length, imports: imports.map(({ path }) => path) };
}

for (const [name, promised] of Object.entries(PROMISED)) {
  test(`the adapter for ${name} adds no more than ${promised} bytes, and brings no framework along`, async () => {
    const { size, imports } = await bundled(name);
    assert.ok(size <= promised, `${size} bytes`);
    const framework = name === "solid" ? "solid-js" : name;
    assert.deepEqual([...new Set(imports.map((path) => path.split("/")[0]))], [framework]);
  });
}

test("Vue's view of a session follows it outside of a component too, as long as its scope lasts", async (t) => {
  const { outputFiles } = await build({
    stdin: { contents: `export * from "vue"; export * from "./src/adapters/vue.ts"`, resolveDir: fileURLToPath(new URL("..", import.meta.url)) },
    bundle: true,
    format: "esm",
    define: { "process.env.NODE_ENV": `"production"` },
    write: false,
  });
  const vue = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
  const listeners = new Set();
  const session = {
    get: () => ({ identity: "anonymous" }),
    subscribe: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
  };
  const app = vue.createApp({});
  app.use(vue.sessionPlugin(session));
  const scope = vue.effectScope();
  const begin = () => app.runWithContext(() => scope.run(() => vue.useSession(({ identity }) => identity)));
  assert.equal(begin().value, "anonymous");
  assert.equal(listeners.size, 0, "on a server nothing is followed");
  globalThis.document = {};
  t.after(() => delete globalThis.document);
  const identity = begin();
  listeners.forEach((listener) => listener({ identity: "active" }));
  assert.equal(identity.value, "active");
  scope.stop();
  assert.equal(listeners.size, 0);
  const guard = app.runWithContext(() => vue.useSession(({ identity }) => identity));
  assert.equal(guard.value, "anonymous", "where there is no scope, as in a router's guard, it is read");
  assert.equal(listeners.size, 0, "and not followed");
});

test("the elements come to no more than 6 KB", async () => {
  const code = await readFile(new URL("../dist/elements.js", import.meta.url));
  const size = gzipSync(code, { level: 9 }).length;
  assert.ok(size <= 6144, `${size} bytes`);
});

test("React's server components are told that its adapter runs in browsers", async () => {
  const code = await readFile(new URL("../dist/adapters/react.js", import.meta.url), "utf8");
  assert.match(code, /^"use client";/);
});
