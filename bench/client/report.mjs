// The table for people, and the same as JSON for the README.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { ROWS } from "./rows.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const RESULTS = fileURLToPath(new URL("../results/", import.meta.url));
const FILE = `${RESULTS}client.json`;
/** What is measured: read off before it is, for a run takes long and the tree may move on meanwhile. */
const COMMIT = checkedOut();
const PROCESSOR = cpus()[0]?.model ?? "unknown";

/** Prints one block per row, one line per peer. */
export function print({ rows, peers, outcomes }) {
  const width = Math.max(...peers.map((peer) => peer.name.length));
  for (const row of rows) {
    console.log(`\n${row.title}`);
    for (const peer of peers) console.log(`  ${peer.name.padEnd(width)}  ${outcomes.get(`${row.name} ${peer.name}`).text}`);
  }
}

/** Writes what was measured, in place of what an earlier run kept of the same rows and peers. */
export function keep(report) {
  mkdirSync(RESULTS, { recursive: true });
  const earlier = existsSync(FILE) ? JSON.parse(readFileSync(FILE, "utf8")) : { peers: [], rows: [] };
  writeFileSync(FILE, `${JSON.stringify(document(report, earlier), null, 2)}\n`);
  console.log(`\nkept in bench/results/client.json`);
}

function document({ rows, peers, outcomes, version }, earlier) {
  const entryOf = (row) => {
    const before = stampedEach(earlier.rows.find(({ name }) => name === row.name));
    if (!rows.includes(row)) return before;
    const results = peers.map((peer) => [peer.name, { ...outcomes.get(`${row.name} ${peer.name}`), ...stamp() }]);
    // Under another title something else was measured, or in another unit.
    const still = before?.title === row.title ? before.results : {};
    return { name: row.name, title: row.title, results: { ...still, ...Object.fromEntries(results) } };
  };
  const told = peers.map((peer) => ({ name: peer.name, version: versionOf(peer), stand_in: peer.standIn }));
  return {
    machine: {
      processor: PROCESSOR,
      cores: cpus().length,
      memory_gib: Math.round(totalmem() / 2 ** 30),
      kernel: release().split("-")[0],
      chromium: version,
      node: process.version,
    },
    peers: [...earlier.peers.filter(({ name }) => !told.some((peer) => peer.name === name)), ...told],
    rows: ROWS.map(entryOf).filter(Boolean),
  };
}

/** A row that was kept. Once the commit of a row was that of its last run, also for clients that were not in it; date and machine were nobody's. */
function stampedEach(entry) {
  if (!entry?.commit) return entry;
  const { commit, results, ...row } = entry;
  const stamped = Object.entries(results).map(([name, result]) => [name, { ...result, commit, date: null, processor: null }]);
  return { ...row, results: Object.fromEntries(stamped) };
}

/** What was measured when, and on what: runs of single rows come from several days and machines. */
const stamp = () => ({ commit: COMMIT, date: new Date().toISOString().slice(0, 10), processor: PROCESSOR });

/** The commit that is checked out, `-dirty` where that is not what is measured. Figures that were kept do not count as a change. */
function checkedOut() {
  const git = (...args) => execFileSync("git", args, { cwd: HERE, encoding: "utf8" }).trim();
  const changed = git("diff", "--name-only", "HEAD", "--", ":/", ":(top,exclude)bench/results");
  return git("rev-parse", "--short", "HEAD") + (changed ? "-dirty" : "");
}

/** The version that is installed; `null` of a package that is not there. */
function versionOf(peer) {
  if (peer.missing) return null;
  const folder = peer.package.startsWith("/") ? peer.package : `${HERE}node_modules/${peer.package}/`;
  return JSON.parse(readFileSync(`${folder.replace(/\/$/, "")}/package.json`, "utf8")).version;
}
