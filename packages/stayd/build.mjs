// Builds dist/: one minified file per entry with its source map, and the types; and copies the licences. The modules come from `cargo xtask wasm`.
import { build } from "esbuild";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { compressed, shortened } from "./smaller.mjs";

process.chdir(fileURLToPath(new URL(".", import.meta.url)));
await rm("dist", { recursive: true, force: true });
await mkdir("dist/adapters", { recursive: true });
await mkdir("dist/kits");
const KITS = ["sveltekit", "astro", "next", "fetch"].map((name) => `kits/${name}`);
const ADAPTERS = ["react", "vue", "svelte", "solid", "nanostores"].map((name) => `adapters/${name}`);
const ENTRIES = ["index", "js", "debug", "csrf", "devices", "documents", "push", "server", "verify", "elements", ...KITS, ...ADAPTERS];
const { outputFiles } = await build({
  entryPoints: ENTRIES.map((name) => `src/${name}.ts`),
  // The frameworks are the page's own. What the kits have in common with `stayd/server` they import from there.
  packages: "external",
  outdir: "dist",
  outbase: "src",
  bundle: true,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  // The sources are not in the package: the maps carry them.
  sourcesContent: true,
  write: false,
});
const textOf = (name) => outputFiles.find(({ path }) => path === resolve("dist", name)).text;
for (const entry of ENTRIES) {
  const mapped = (content) => ({ sourceMap: { content, includeSources: true, url: `${basename(entry)}.js.map` } });
  const plain = await compressed(textOf(`${entry}.js`), mapped(textOf(`${entry}.js.map`)));
  const { code, map } = await shortened(plain.code, entry, mapped(plain.map));
  await writeFile(`dist/${entry}.js`, code);
  await writeFile(`dist/${entry}.js.map`, map);
}
// npm takes them from here alone, and follows no link.
for (const name of ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT"]) await copyFile(`../../${name}`, name);
const types = spawnSync("npx", ["tsc", "--emitDeclarationOnly", "--declaration"], { stdio: "inherit" });
process.exit(types.status ?? 1);
