// node run.mjs [--rows a,b] [--peers x,y] [--quick] [--without locks,indexedDB]
// Measures every row for every peer (AU-23), one after another in one browser, prints the table, and keeps it unless it was a quick run or
// one whose pages lack something, which shows that a row can fail. Where Stayd misses what is promised, the run fails.
import { parseArgs } from "node:util";
import { launch } from "./browser.mjs";
import { bundlePage } from "./bundle.mjs";
import { couldNotRun } from "./outcome.mjs";
import { PEERS } from "./peers.mjs";
import { missed } from "./promises.mjs";
import { keep, print } from "./report.mjs";
import { ROWS } from "./rows.mjs";
import { openSite } from "./site.mjs";

const { values: options } = parseArgs({
  options: { rows: { type: "string" }, peers: { type: "string" }, quick: { type: "boolean", default: false }, without: { type: "string" } },
});
const without = options.without?.split(",") ?? [];
const rows = chosen(ROWS, options.rows);
const peers = chosen(PEERS, options.peers);

/** Those that were asked for by name, else all. */
function chosen(all, names) {
  if (!names) return all;
  return names.split(",").map((name) => {
    const found = all.find((one) => one.name === name);
    if (!found) throw new Error(`there is no ${name}; there are ${all.map((one) => one.name).join(", ")}`);
    return found;
  });
}

// Interrupted, nothing is left running: on exit, Playwright ends the browser and `servers/stayd.mjs` its child.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

const browser = await launch();
const version = browser.version();
const outcomes = new Map();
const report = { rows, peers, outcomes, version, quick: options.quick };
try {
  // Row by row, so that a slow minute of the machine is a slow minute for all. What is measured is kept at once: the whole takes long.
  for (const [number, row] of rows.entries()) {
    const measure = async (peer) => void outcomes.set(`${row.name} ${peer.name}`, await outcomeOf(row, peer));
    // Where a row counts requests and mostly waits, all peers wait at once.
    if (row.waits) await Promise.all(peers.map(measure));
    else for (const peer of peers) await measure(peer);
    if (!options.quick && without.length === 0) keep({ ...report, rows: rows.slice(0, number + 1) });
  }
} finally {
  await browser.close();
}
print(report);
// A quick run says little, and one whose pages lack something is to miss them.
const broken = options.quick || without.length > 0 ? [] : missed(rows, outcomes);
for (const words of broken) console.error(`\nnot as promised: ${words}`);
if (broken.length > 0) process.exitCode = 1;

async function outcomeOf(row, peer) {
  const start = Date.now();
  const outcome = peer.missing ? couldNotRun(peer.missing) : await measureOnFreshSite(row, peer);
  console.error(`${row.name}, ${peer.name}: ${outcome.text} [${((Date.now() - start) / 1000).toFixed(0)} s]`);
  return outcome;
}

async function measureOnFreshSite(row, peer) {
  let own = null;
  try {
    own = await originOf(peer, row);
    return await row.measure({
      ...own,
      peer,
      browser,
      times: (full, quick) => (options.quick ? quick : full),
      person: (work) => asPerson(browser, work),
      origin: () => originOf(peer, row),
    });
  } catch (error) {
    return couldNotRun(error.message.split("\n")[0]);
  } finally {
    await own?.close();
  }
}

/** A site of its own with the peer's page and server. */
async function originOf(peer, row) {
  const site = await openSite();
  site.addPage("app", await bundlePage(peer.page, peer.alias));
  site.addPage("baseline", await bundlePage(peer.baseline ?? "baseline.mjs"));
  const server = await peer.server(site, row);
  site.attach(server.handle);
  const close = async () => {
    await server.close();
    await site.close();
  };
  return { site, server, close };
}

/** A browser of its own, as far as cookies and storage go, for as long as `work` takes. */
async function asPerson(ofBrowser, work) {
  const context = await ofBrowser.newContext();
  context.setDefaultTimeout(20_000);
  if (without.length > 0) await context.addInitScript(takeAway, without);
  try {
    return await work(context);
  } finally {
    await context.close();
  }
}

/** Runs in the page: a browser that lacks these. */
function takeAway(names) {
  for (const name of names) Object.defineProperty(name === "locks" ? Navigator.prototype : globalThis, name, { value: undefined });
}
