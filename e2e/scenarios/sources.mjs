// Where each scenario is tested, by what the sources say.
import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PROMISES } from "../../bench/client/promises.mjs";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BROWSER = "e2e/tests/scenarios";
const TRANSCRIPTS = "crates/stayd-core/tests/transcripts";
const SIMULATOR = "crates/stayd-simulator";

/** The numbers that a test's name begins with: "42, 43 every tab warns once" is a test of two. */
export const numbersIn = (name) => (/^\d+(?:, \d+)*(?= )/.exec(name)?.[0] ?? "").split(", ").filter(Boolean).map(Number);

/** For each number the files that test it, as paths from the root of the repository. */
export async function whereTested() {
  const places = new Map();
  const add = (number, path) => places.set(number, (places.get(number) ?? new Set()).add(path));
  for (const path of await files(BROWSER, ".test.mjs")) {
    for (const [, name] of (await text(path)).matchAll(/\b(?:test|testIn)\(\s*(?:\w+,\s*)?["'`]([^"'`]*)/g)) {
      for (const number of numbersIn(name)) add(number, path);
    }
  }
  for (const path of await files(TRANSCRIPTS, ".txt")) {
    const numbers = /^\d+(?:-\d+)*(?=-)/.exec(path.slice(TRANSCRIPTS.length + 1))?.[0] ?? "";
    for (const number of numbers.split("-").filter(Boolean)) add(Number(number), path);
  }
  for (const path of await files(SIMULATOR, ".rs")) {
    // "Scenarios 11-13 and 19" in a comment, `scenario_13_..` in a test's name.
    for (const [, list] of (await text(path)).matchAll(/\bscenarios?[ _]((?:\d+(?:-\d+)?)(?:(?:,| and|, and) \d+(?:-\d+)?)*)/gi)) {
      for (const [, from, to] of list.matchAll(/(\d+)(?:-(\d+))?/g)) {
        for (let number = Number(from); number <= Number(to ?? from); number++) add(number, path);
      }
    }
  }
  for (const [row, [, , numbers = []]] of Object.entries(PROMISES)) {
    for (const number of numbers) add(number, `bench/client/rows/${row}.mjs`);
  }
  return places;
}

const text = (path) => readFile(ROOT + path, "utf8");

/** The files of a folder and of those in it, in the order of their names; none where there is no such folder. */
async function files(folder, ending) {
  const names = await readdir(ROOT + folder, { recursive: true }).catch(() => []);
  return names.filter((name) => name.endsWith(ending) && !/(^|\/)target\//.test(name)).sort().map((name) => `${folder}/${name}`);
}
