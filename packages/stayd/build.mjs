// Builds dist/: one minified file per entry with its source map, and the types. The modules come from `cargo xtask wasm`.
import { build } from "esbuild";
import { minify } from "terser";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL(".", import.meta.url)));
await rm("dist", { recursive: true, force: true });
await mkdir("dist/kits", { recursive: true });
const ENTRIES = ["index", "js", "debug", "csrf", "server", "kits/sveltekit", "kits/astro", "kits/next", "kits/fetch"];
const { outputFiles } = await build({
  entryPoints: ENTRIES.map((name) => `src/${name}.ts`),
  // What the kits have in common with `stayd/server` they import from there.
  external: ["stayd/server", "@sveltejs/kit", "next/*"],
  outdir: "dist",
  bundle: true,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  sourcesContent: false,
  write: false,
});
const textOf = (name) => outputFiles.find(({ path }) => basename(path) === name).text;
for (const entry of ENTRIES) {
  const name = `${basename(entry)}.js`;
  const map = `${name}.map`;
  const { code, map: mapped } = await minify(textOf(name), {
    module: true,
    ecma: 2022,
    // Functions stay where they are written: beside the module's text, so that gzip meets it as one piece.
    compress: { passes: 3, unsafe_arrows: true, reduce_funcs: false, inline: 0 },
    sourceMap: { content: textOf(map), url: map },
  });
  await writeFile(`dist/${entry}.js`, code);
  await writeFile(`dist/${entry}.js.map`, mapped);
}
const types = spawnSync("npx", ["tsc", "--emitDeclarationOnly", "--declaration"], { stdio: "inherit" });
process.exit(types.status ?? 1);
