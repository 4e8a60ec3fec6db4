import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Fails with what axe-core finds wrong, at every level it knows, best practices included, or by these rules alone. */
export async function assertAccessible(page, where, rules) {
  // Evaluated from outside, which the page's Content-Security-Policy does not hinder.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(source);
  const options = { resultTypes: ["violations"], ...(rules && { runOnly: { type: "rule", values: rules } }) };
  const { violations } = await page.evaluate((it) => window.axe.run(document, it), options);
  const found = violations.map(({ id, help, nodes }) => ({
    where,
    id,
    help,
    nodes: nodes.map(({ html, failureSummary }) => `${html}: ${failureSummary}`),
  }));
  assert.deepEqual(found, []);
}
