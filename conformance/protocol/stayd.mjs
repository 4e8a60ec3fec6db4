import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));
const RUN = ["run", "--quiet", "--package", "stayd-protocol", "--example", "round_trip"];

/**
 * Our side: the Rust crate, asked through its example `round_trip`. STAYD_ROUND_TRIP names one that is built already.
 * @returns {{ask: (request: object) => Promise<any>, stop: () => Promise<void>}}
 */
export function startStayd() {
  const built = process.env.STAYD_ROUND_TRIP;
  const stdio = ["pipe", "pipe", "inherit"];
  const child = built ? spawn(built, [], { stdio }) : spawn("cargo", RUN, { cwd: REPOSITORY, stdio });
  const waiting = [];
  let ended = null;
  const end = (why) => {
    ended ??= new Error(`round_trip ${why}`);
    for (const { reject } of waiting.splice(0)) reject(ended);
  };
  child.once("error", (error) => end(`could not be started: ${error.message}`));
  const exited = new Promise((resolve) => child.once("close", (code) => { end(`ended with ${code}`); resolve(); }));
  child.stdin.on("error", () => {});
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(JSON.parse(line)));
  return {
    ask: (request) => new Promise((resolve, reject) => {
      if (ended) return reject(ended);
      waiting.push({ resolve, reject });
      child.stdin.write(`${JSON.stringify(request)}\n`);
    }),
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
