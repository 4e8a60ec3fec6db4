// Builds dist/: one minified file per entry with its source map, and the types; and copies the licences. The modules come from `cargo xtask wasm`.
import { build } from "esbuild";
import { minify } from "terser";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { basename, resolve } from "node:path";
import { fileURLToPath } from "node:url";

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
const INNER = /^(leapt|rejection|recording|withdraw|moment|settle|lease|idle|hint|stored|person|attempt|sent|answer|deadline|last|run|take|tell|text|age|fresh|ask|read|write|giveUp|renews|view)$/;
const textOf = (name) => outputFiles.find(({ path }) => path === resolve("dist", name)).text;
for (const entry of ENTRIES) {
  const smaller = (text, content, how) =>
    minify(text, {
      module: true,
      ecma: 2022,
      sourceMap: { content, includeSources: true, url: `${basename(entry)}.js.map` },
      ...how,
    });
  // One after the other: where inner names are already short when it compresses, it makes 20 bytes more of it.
  const plain = await smaller(textOf(`${entry}.js`), textOf(`${entry}.js.map`), {
    // Functions stay where they are written: beside the module's text, so that gzip meets it as one piece.
    // What is `unsafe`: templates become sums of texts.
    compress: { passes: 3, unsafe: true, unsafe_arrows: true, reduce_funcs: false, hoist_funs: true, inline: 0 },
    mangle: false,
  });
  const { code, map: mapped } = await smaller(plain.code, plain.map, {
    compress: false,
    // Names that pass between our own modules and no further.
    mangle: ["index", "js"].includes(entry) ? { properties: { regex: INNER, builtins: true } } : true,
    // React's server components know by it that this runs in browsers.
    format: entry === "adapters/react" ? { preamble: '"use client";' } : {},
  });
  await writeFile(`dist/${entry}.js`, code);
  await writeFile(`dist/${entry}.js.map`, mapped);
}
// npm takes them from here alone, and follows no link.
for (const name of ["LICENSE", "LICENSE-APACHE", "LICENSE-MIT"]) await copyFile(`../../${name}`, name);
const types = spawnSync("npx", ["tsc", "--emitDeclarationOnly", "--declaration"], { stdio: "inherit" });
process.exit(types.status ?? 1);
