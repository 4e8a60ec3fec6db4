import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { source } from "./source.mjs";

const gzip = (bytes) => gzipSync(bytes, { level: 9 }).length;

/** Bytes after gzip, as promised. */
const MODULE = 6144;
const SESSION = 12_288;

/** What a page carries that imports this, as a bundler makes it from the package's own files. */
async function bundled(wanted, used = "") {
  const entry = fileURLToPath(new URL("../dist/index.js", import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents: `import ${wanted} from ${JSON.stringify(entry)}; ${used}`, resolveDir: "." },
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    write: false,
  });
  return outputFiles[0].contents;
}

const fits = (size, promised) => assert.ok(size <= promised, `${size} bytes; promised are ${promised}`);

test("the machine is no larger than the promised 6 KB", async () => {
  const [{ module }, { fromText }] = await Promise.all([source("module"), source("bytes")]);
  fits(gzip(fromText(module)), MODULE);
});

test("a session is no larger than the promised 12 KB", async () => {
  fits(gzip(await bundled("{ createSession }", "globalThis.createSession = createSession;")), SESSION);
});

test("what a page does not use it does not carry", async () => {
  assert.equal((await bundled("{ createSession }")).length, 0);
  const error = await bundled("{ SessionFailure }", "globalThis.SessionFailure = SessionFailure;");
  assert.ok(error.length < 300, `${error.length} bytes for an error's class`);
});
