import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { doesNotApply, measured } from "../outcome.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const SIMULATION = ["test", "--package", "stayd-core", "--test", "outage", "--locked", "--", "--nocapture", "--test-threads", "1"];

/** What the simulation prints, each with the name of its figure; all numbers of the match. */
const PRINTED = {
  before: /requests a second before: ([\d.]+)/,
  eachMinute: /in each minute of the outage: \[([\d, ]+)\]/,
  peakToMean: /peak \/ mean ([\d.]+)/,
  idle: /an idle visible tab: (\d+) requests an hour/,
  hidden: /an idle hidden tab: (\d+) requests a day/,
};

export default {
  name: "outage",
  title: "10,000 clients, simulated, through an outage of 10 minutes: requests a second before, in each minute of it, peak / mean after; an idle tab, an hour",
  async measure({ peer }) {
    if (peer.name !== "stayd") return doesNotApply("ten thousand of it do not fit into one process, nor into virtual time");
    const { stdout } = await promisify(execFile)("cargo", SIMULATION, { cwd: ROOT });
    const numbers = (pattern) => {
      const found = pattern.exec(stdout);
      if (!found) throw new Error(`the simulation does not print ${pattern}`);
      return found[1].split(",").map(Number);
    };
    const { eachMinute, ...single } = Object.fromEntries(Object.entries(PRINTED).map(([name, pattern]) => [name, numbers(pattern)]));
    const figures = { ...Object.fromEntries(Object.entries(single).map(([name, [value]]) => [name, value])), eachMinute };
    const { before, peakToMean, idle, hidden } = figures;
    return measured(`${before}; ${eachMinute.join(", ")}; ${peakToMean}; ${idle}, hidden ${hidden} a day`, figures);
  },
};
