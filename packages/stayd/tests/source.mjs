// Loads a source file of the package as it is: types stripped, nothing bundled away. Each `variant` is a module of its own.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

export async function source(name, variant = "") {
  const entry = fileURLToPath(new URL(`../src/${name}.ts`, import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", target: "es2022", write: false });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}${variant}`);
}
