import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { source } from "./source.mjs";

const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** Bytes after gzip: of the machine, of a whole session as it is promised, and of what it has been brought to so far. */
const MODULE = 6144;
const PROMISED = 12_288;
const REACHED = 13_500;

/** What a page with `createSession` alone carries, as a bundler makes it from the package's own files. */
async function bundled() {
  const entry = fileURLToPath(new URL("../dist/index.js", import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents: `import { createSession } from ${JSON.stringify(entry)}; globalThis.createSession = createSession;`, resolveDir: "." },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return outputFiles[0].contents;
}

test("the machine fits in 6 KB", async () => {
  const [{ module }, { fromText }] = await Promise.all([source("module"), source("bytes")]);
  const size = gzip(fromText(module));
  assert.ok(size <= MODULE, `${size} bytes; promised are ${MODULE}`);
});

test("a session fits in what is promised for it", async () => {
  const size = gzip(await bundled());
  assert.ok(size <= REACHED, `${size} bytes; reached are ${REACHED}, promised are ${PROMISED} (12 KB)`);
});
