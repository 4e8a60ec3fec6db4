import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile } from "svelte/compiler";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** Compiles `.svelte` files on the way into a bundle. */
const svelte = {
  name: "svelte",
  setup({ onLoad }) {
    onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { readFile } = await import("node:fs/promises");
      const { js } = compile(await readFile(path, "utf8"), { filename: path, generate: "client" });
      return { contents: js.code, loader: "js" };
    });
  },
};

/**
 * The script of a test page: the unmodified client of one flavour, what renders its session, and the story.
 * @param {string} flavour `vanilla`, `react` or `svelte`
 * @returns {Promise<string>}
 */
export async function bundle(flavour) {
  const { outputFiles } = await build({
    entryPoints: [here(`./page/${flavour}.mjs`)],
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    conditions: ["browser", "svelte"],
    define: { "process.env.NODE_ENV": "\"production\"" },
    plugins: [svelte],
    logLevel: "error",
  });
  return outputFiles[0].text;
}
