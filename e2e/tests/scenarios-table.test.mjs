// docs/scenarios.md, held against the tests.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { DOCUMENT, placesOf, scenarios } from "../scenarios.mjs";
import { whereTested } from "../scenarios/sources.mjs";

test("every scenario is tested somewhere", async () => {
  const places = await whereTested();
  const untested = Object.keys(await scenarios()).filter((number) => !places.has(Number(number)));
  assert.deepEqual(untested, []);
});

test("the table of scenarios names the tests that there are (node scenarios.mjs writes it)", async () => {
  const places = await whereTested();
  const rows = (await readFile(DOCUMENT, "utf8")).split("\n").filter((line) => /^\| \d/.test(line));
  const said = rows.map((row) => row.split(" | ")).map(([number, , where]) => [Number(number.slice(2)), where]);
  const is = Object.keys(await scenarios()).map((number) => [Number(number), placesOf(places.get(Number(number)))]);
  assert.deepEqual(said, is);
});
