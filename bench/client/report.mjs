// The table for people, and the same as JSON for the README.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const RESULTS = fileURLToPath(new URL("../results/", import.meta.url));

/** Prints one block per row, one line per peer. */
export function print({ rows, peers, outcomes }) {
  const width = Math.max(...peers.map((peer) => peer.name.length));
  for (const row of rows) {
    console.log(`\n${row.title}`);
    for (const peer of peers) console.log(`  ${peer.name.padEnd(width)}  ${outcomes.get(`${row.name} ${peer.name}`).text}`);
  }
}

/** Writes what was measured, in place of what an earlier run kept. */
export function keep(report) {
  const file = `${RESULTS}client.json`;
  mkdirSync(RESULTS, { recursive: true });
  writeFileSync(file, `${JSON.stringify(document(report), null, 2)}\n`);
  console.log(`\nkept in bench/results/client.json`);
}

function document({ rows, peers, outcomes, version }) {
  return {
    machine: {
      processor: cpus()[0]?.model ?? "unknown",
      cores: cpus().length,
      memory_gib: Math.round(totalmem() / 2 ** 30),
      kernel: release(),
      chromium: version,
      node: process.version,
      date: new Date().toISOString().slice(0, 10),
      commit: execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: HERE, encoding: "utf8" }).trim(),
    },
    peers: peers.map((peer) => ({ name: peer.name, version: versionOf(peer), stand_in: peer.standIn })),
    rows: rows.map((row) => ({
      name: row.name,
      title: row.title,
      results: Object.fromEntries(peers.map((peer) => [peer.name, outcomes.get(`${row.name} ${peer.name}`)])),
    })),
  };
}

/** The version that is installed; `null` of a package that is not there. */
function versionOf(peer) {
  if (peer.missing) return null;
  const folder = peer.package.startsWith("/") ? peer.package : `${HERE}node_modules/${peer.package}/`;
  return JSON.parse(readFileSync(`${folder.replace(/\/$/, "")}/package.json`, "utf8")).version;
}
