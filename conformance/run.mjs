/**
 * Runs the suite, or the parts named as arguments (raw, client, browser, protocol), and ends with one line of sums.
 */
import { readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";

const PARTS = ["protocol", "raw", "client", "browser"];

function testFiles(directory) {
  return readdirSync(directory).sort().flatMap((name) => {
    const path = join(directory, name);
    if (name === "node_modules") return [];
    if (statSync(path).isDirectory()) return testFiles(path);
    return name.endsWith(".test.mjs") ? [path] : [];
  });
}

const asked = process.argv.slice(2);
const unknown = asked.filter((part) => !PARTS.includes(part));
if (unknown.length > 0) {
  console.error(`no such part: ${unknown.join(", ")}; the parts are ${PARTS.join(", ")}`);
  process.exit(2);
}

const here = fileURLToPath(new URL(".", import.meta.url));
const present = readdirSync(here);
const files = (asked.length > 0 ? asked : PARTS.filter((part) => present.includes(part))).flatMap((part) => testFiles(join(here, part)));
const sums = { passed: 0, failed: 0 };
const isSuite = (event) => event.details?.type === "suite";

// One file after the other: each starts servers that hash passwords, and measures nothing but answers.
run({ files, concurrency: 1 })
  .on("test:pass", (event) => { if (!isSuite(event)) sums.passed += 1; })
  .on("test:fail", (event) => {
    if (!isSuite(event)) sums.failed += 1;
    process.exitCode = 1;
  })
  .on("end", () => { process.once("beforeExit", () => console.log(`conformance: ${sums.passed} passed, ${sums.failed} failed`)); })
  .compose(spec)
  .pipe(process.stdout);
