import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { age } from "../stored.mjs";
import { stayd } from "../servers/stayd.mjs";

const FOLDER = fileURLToPath(new URL("../../../packages/stayd/", import.meta.url));

/** The file that `import "stayd"` means, once the package is built. */
function entryFile() {
  if (!existsSync(`${FOLDER}package.json`)) return null;
  const { exports: map = {}, main, module } = JSON.parse(readFileSync(`${FOLDER}package.json`, "utf8"));
  const root = map["."] ?? map;
  const named = typeof root === "string" ? root : (root.import?.default ?? root.import ?? root.default ?? module ?? main);
  return typeof named === "string" && existsSync(FOLDER + named) ? FOLDER + named : null;
}

const file = entryFile();

export default {
  name: "stayd",
  package: FOLDER,
  missing: file ? null : "not built: packages/stayd has no built entry",
  alias: file ? { stayd: file, "stayd/push": `${FOLDER}dist/push.js` } : {},
  entry: {
    source: 'export { createSession } from "stayd"',
    withPush: 'export { createSession } from "stayd"; export { connectPush } from "stayd/push"',
  },
  page: "stayd.mjs",
  pushed: "stayd-push.mjs",
  warns: { page: "stayd-warning.mjs" },
  server: stayd,
  standIn: null,
  renews: true,
  renewal: "/get-session",
  rounds: 200,
  // A refused call says nothing new of a session that was confirmed less than 5 s ago.
  expiredAfter: 5500,
  age,
};
