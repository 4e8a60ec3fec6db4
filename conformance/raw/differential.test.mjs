/**
 * The same raw requests go to a real Better Auth and to ours, and the normalised answers are compared.
 *
 * `STAYD_CONFORMANCE=self` compares two references with each other; `STAYD_CONFORMANCE_ONLY=words` runs the scenarios
 * whose title has these words; `STAYD_CONFORMANCE_SHOW=file` writes down what the reference answered.
 */
import assert from "node:assert/strict";
import { appendFileSync, readdirSync } from "node:fs";
import { after, test } from "node:test";
import { compare } from "../lib/compare.mjs";
import { declared } from "../lib/declared.mjs";
import { Run, scenarios } from "../lib/scenario.mjs";
import { VARIANTS } from "../lib/variants.mjs";
import { launchReference } from "../reference/launch.mjs";
import { launchStayd } from "../stayd/launch.mjs";

const self = process.env.STAYD_CONFORMANCE === "self";
const only = process.env.STAYD_CONFORMANCE_ONLY;
const show = process.env.STAYD_CONFORMANCE_SHOW;
const launchOurs = self ? launchReference : launchStayd;

const directory = new URL("./cases/", import.meta.url);
for (const file of readdirSync(directory).sort()) await import(new URL(file, directory));

/** One pair of servers for each variant, started when the first scenario asks for it. @type {Map<string, Promise<any[]>>} */
const pairs = new Map();
function pair(variant) {
  if (!pairs.has(variant)) {
    const options = VARIANTS[variant];
    assert.ok(options, `no such variant: ${variant}`);
    pairs.set(variant, launchBoth(options));
  }
  return pairs.get(variant);
}

/** Both servers, or neither: one that is left alone would keep the run from ending. */
async function launchBoth(options) {
  const launched = await Promise.allSettled([launchReference(options), launchOurs(options)]);
  const failed = launched.find((result) => result.status === "rejected");
  if (!failed) return launched.map((result) => result.value);
  await Promise.all(launched.flatMap((result) => result.value ?? []).map((target) => target.stop()));
  throw failed.reason;
}

const met = new Set();
let requests = 0;

after(async () => {
  const started = await Promise.allSettled(pairs.values());
  await Promise.all(started.flatMap((result) => result.value ?? []).map((target) => target.stop()));
  console.log(`# ${requests} requests compared in ${scenarios.length} scenarios; kept differences shown: ${[...met].sort().join(" ") || "none"}`);
});

for (const [index, { title, variant, tell }] of scenarios.entries()) {
  if (only && !title.includes(only)) continue;
  test(`${title} (${variant})`, async () => {
    const targets = await pair(variant);
    const runs = targets.map((target) => new Run(target, index + 1));
    const told = await Promise.allSettled(runs.map((run) => tell(run)));
    requests += runs[0].steps.length;
    if (show) appendFileSync(show, `${JSON.stringify({ title, variant, steps: runs[0].steps }, null, 1)}\n`);
    const ids = compare(runs[0].steps, runs[1].steps, self);
    ids.forEach((id) => met.add(id));
    for (const result of told) if (result.status === "rejected") throw result.reason;
  });
}

test("every request of the suite's promised number was compared", () => {
  if (!only) assert.ok(requests >= 150, `${requests} requests`);
});

test("the differences met are the differences declared in docs/compatibility.md", () => {
  if (self || only) return;
  assert.deepEqual([...met].sort(), declared().sort());
});
