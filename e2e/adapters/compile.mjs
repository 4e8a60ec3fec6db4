// Compilers of the frameworks as esbuild plugins: each the framework's own, for browsers and for servers.
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { transformAsync } from "@babel/core";
import solidPreset from "babel-preset-solid";
import { transform } from "esbuild";
import { compile as compileSvelte } from "svelte/compiler";
import { compileScript, parse } from "vue/compiler-sfc";

const plugin = (name, filter, compile) => ({
  name,
  setup: (build) => build.onLoad({ filter }, async ({ path }) => compile(await readFile(path, "utf8"), path)),
});

const svelte = (server) =>
  plugin("svelte", /\.svelte$/, (source, filename) => ({
    contents: compileSvelte(source, { filename, dev: !server, generate: server ? "server" : "client" }).js.code,
  }));

const vue = (server) =>
  plugin("vue", /\.vue$/, (source, filename) => {
    const { descriptor } = parse(source, { filename });
    const options = { id: basename(filename), inlineTemplate: true, templateOptions: { ssr: server } };
    return { contents: compileScript(descriptor, options).content, loader: "ts" };
  });

const solid = (server) =>
  plugin("solid", /\.tsx$/, async (source, filename) => {
    const { code } = await transform(source, { loader: "tsx", jsx: "preserve" });
    const preset = [solidPreset, { generate: server ? "ssr" : "dom", hydratable: true }];
    const result = await transformAsync(code, { filename, presets: [preset], babelrc: false, configFile: false });
    return { contents: result.code };
  });

/** The esbuild plugins of a framework. */
export const compilers = (name, server) => ({ svelte, vue, solid })[name]?.(server) ?? { name: "none", setup() {} };
