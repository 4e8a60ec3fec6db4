// Builds dist/: one minified file per entry with its source map, and the types. The modules come from `cargo xtask wasm`.
import { build } from "esbuild";
import { rm } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL(".", import.meta.url)));
await rm("dist", { recursive: true, force: true });
await build({
  entryPoints: ["src/index.ts", "src/js.ts", "src/debug.ts"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  sourcemap: true,
  sourcesContent: false,
});
const types = spawnSync("npx", ["tsc", "--emitDeclarationOnly", "--declaration"], { stdio: "inherit" });
process.exit(types.status ?? 1);
