// Writes docs/scenarios.md: each scenario, where it is tested, and what became of it in the last run of `npm test`.
//
//   node scenarios.mjs
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { ROOT, whereTested } from "./scenarios/sources.mjs";

export const DOCUMENT = `${ROOT}docs/scenarios.md`;
const read = async (name) => JSON.parse(await readFile(new URL(`./scenarios/${name}`, import.meta.url), "utf8"));

/** What each scenario says, by its number. */
export const scenarios = () => read("list.json");

const HEAD = `# Scenarios

<!-- Written by \`node e2e/scenarios.mjs\`; a test compares the third column with the tests. -->

The failures that session systems die of, and where each is tested: in browsers against the real binary (\`e2e/\`), as a transcript
of the machine (\`crates/stayd-core\`), in the simulator (\`crates/stayd-simulator\`: every situation of \`src/situations.rs\` comes
about in CI's seeds, or the simulation fails), as a row of \`cargo xtask bench client\`, which fails where the row misses its promise. A test's name
begins with the scenario's number.

The result is that of the browser tests in the last \`npm test\` of \`e2e/\`: a scenario that is tested in three browsers has three.
"Unavailable" is what a browser cannot be made to do (the table in \`e2e/README.md\`). Transcripts and simulation pass or fail with
\`cargo test\`.

| # | scenario | tested in | result |
|---|---|---|---|
`;

/** The places of a scenario as the table names them. */
export const placesOf = (places) => [...(places ?? [])].map((path) => `[${nameOf(path)}](../${path})`).join(", ");

const nameOf = (path) =>
  path
    .replace(/^e2e\/tests\/scenarios\/(.*)\.test\.mjs$/, "browser: $1")
    .replace(/^crates\/stayd-core\/tests\/transcripts\/(.*)\.txt$/, "transcript: $1")
    .replace(/^bench\/client\/rows\/(.*)\.mjs$/, "bench: $1")
    .replace(/^crates\/stayd-simulator\/(?:src|tests)\/(.*)\.rs$/, "simulator: $1");

function resultOf(result) {
  if (!result) return "-";
  const words = ["passed", "failed", "unavailable"].filter((word) => result[word] > 0);
  return words.map((word) => `${result[word]} ${word}`).join(", ");
}

async function write() {
  const [all, places, results] = [await scenarios(), await whereTested(), await read("results.json").catch(() => ({}))];
  const rows = Object.entries(all).map(([number, says]) => {
    return `| ${number} | ${says} | ${placesOf(places.get(Number(number)))} | ${resultOf(results[number])} |`;
  });
  await writeFile(DOCUMENT, `${HEAD}${rows.join("\n")}\n`);
  const untested = Object.keys(all).filter((number) => !places.has(Number(number)));
  if (untested.length > 0) console.error(`tested nowhere: ${untested.join(", ")}`);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await write();
