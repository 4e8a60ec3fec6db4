// Bundles a framework's guide, and the page that counts renderings, over the built package.
import { createRequire } from "node:module";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compilers } from "./compile.mjs";
import { writeGuide } from "./guide.mjs";

const PACKAGE = process.env.STAYD_PACKAGE ?? fileURLToPath(new URL("../../packages/stayd/dist/", import.meta.url));
const HERE = fileURLToPath(new URL(".", import.meta.url));
const require = createRequire(import.meta.url);

/** What of the package is no adapter. */
const ENTRIES = ["index", "elements", "csrf"];

/** `stayd` is the built package; everything else is what is installed here, once, whoever asks for it. */
const packages = {
  name: "packages",
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^stayd(\/|$)/ }, ({ path }) => {
      const entry = path.slice("stayd/".length) || "index";
      return { path: join(PACKAGE, ENTRIES.includes(entry) ? `${entry}.js` : `adapters/${entry}.js`) };
    });
    onResolve({ filter: /^[\w@]/ }, ({ path, kind, pluginData }) =>
      pluginData === "ours" ? undefined : resolve(path, { kind, resolveDir: HERE, pluginData: "ours" }),
    );
  },
};

const COMMON = {
  bundle: true,
  write: false,
  jsx: "automatic",
  logLevel: "error",
  define: {
    "process.env.NODE_ENV": '"development"',
    __VUE_OPTIONS_API__: "true",
    __VUE_PROD_DEVTOOLS__: "false",
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "true",
  },
};

/** The scripts of a framework's pages by name, and what renders its guide on a server. */
export async function buildApp(name, { server = true } = {}) {
  const folder = join(tmpdir(), `stayd-guide-${process.pid}-${name}`);
  try {
    await writeGuide(name, folder);
    const ending = name === "react" || name === "solid" ? "tsx" : "ts";
    const files = server ? ["main", "entry-client"] : ["main"];
    const entries = [...files.map((file) => join(folder, `${file}.${ending}`)), join(HERE, "apps", name, `count.${ending}`)];
    if (name === "nanostores") entries.push(join(folder, "csrf.ts"));
    const [browser, rendering] = await Promise.all([
      build({
        ...COMMON,
        entryPoints: entries,
        outdir: folder,
        entryNames: "[name]",
        format: "esm",
        conditions: ["browser", "development"],
        plugins: [packages, compilers(name, false)],
      }),
      server && build({
        ...COMMON,
        entryPoints: [join(folder, `entry-server.${ending}`)],
        platform: "node",
        format: "cjs",
        plugins: [packages, compilers(name, true)],
      }),
    ]);
    const scripts = Object.fromEntries(browser.outputFiles.map(({ path, text }) => [path.split("/").at(-1), text]));
    return { scripts, render: rendering && evaluate(rendering.outputFiles[0].text).render };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function evaluate(code) {
  const module = { exports: {} };
  new Function("module", "exports", "require", code)(module, module.exports, require);
  return module.exports;
}
