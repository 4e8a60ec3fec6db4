// The tests of the scenarios in a few processes instead of one for each file, so that files share their browsers.
import { readdir } from "node:fs/promises";

const FOLDER = new URL("../tests/scenarios/", import.meta.url);

/** Runs the files that fall to the `nth` of so many processes, counted from 0. */
export async function runPart(nth, of) {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".test.mjs")).sort();
  for (const [index, name] of files.entries()) if (index % of === nth) await import(new URL(name, FOLDER));
}
