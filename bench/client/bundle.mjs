// Bundles all clients alike.
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ALIKE = {
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  platform: "browser",
  write: false,
  legalComments: "none",
  logLevel: "error",
  define: { "process.env.NODE_ENV": '"production"', "process.env": "{}", global: "globalThis" },
};

/** The script of a page of ours in `pages/`. */
export async function bundlePage(file, alias = {}) {
  const banner = { js: "globalThis.scriptStartedAt = performance.timeOrigin + performance.now();" };
  const result = await build({ ...ALIKE, alias, banner, entryPoints: [`${HERE}/pages/${file}`] });
  return result.outputFiles[0].text;
}

/** Raw and gzipped bytes of `source`, bundled. */
export async function sizeOf({ source, external = [], alias = {} }) {
  const result = await build({ ...ALIKE, alias, external, stdin: { contents: source, resolveDir: HERE, loader: "js" } });
  const bytes = result.outputFiles[0].contents;
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}
