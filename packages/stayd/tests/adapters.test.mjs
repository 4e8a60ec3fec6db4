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

test("the elements come to no more than 6 KB", async () => {
  const code = await readFile(new URL("../dist/elements.js", import.meta.url));
  const size = gzipSync(code, { level: 9 }).length;
  assert.ok(size <= 6144, `${size} bytes`);
});

test("React's server components are told that its adapter runs in browsers", async () => {
  const code = await readFile(new URL("../dist/adapters/react.js", import.meta.url), "utf8");
  assert.match(code, /^"use client";/);
});
