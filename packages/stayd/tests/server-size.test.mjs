import assert from "node:assert/strict";
import { test } from "node:test";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

const KB = 1024;

test("the server side fits into 12 KB after gzip, and names no module of a platform", async () => {
  const code = await readFile(new URL("../dist/server.js", import.meta.url), "utf8");
  const size = gzipSync(code, { level: 9 }).length;
  assert.ok(size <= 12 * KB, `${size} bytes`);
  assert.doesNotMatch(code, /\b(import|require)\s*[({"'*]/);
});
