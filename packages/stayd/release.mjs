// Runs before `npm publish`: nobody publishes by accident. `STAYD_RELEASE=0.1.0 npm publish` is meant.
import { readFile } from "node:fs/promises";

const { version } = JSON.parse(await readFile(new URL("package.json", import.meta.url), "utf8"));
if (process.env.STAYD_RELEASE !== version) {
  console.error(`Set STAYD_RELEASE=${version} to publish this version; the packed files are checked by \`npm test\`.`);
  process.exit(1);
}
