// What `npm publish` would send, as it is packed: its files, its types as projects of each kind find them, and its README's code.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

const HOME = fileURLToPath(new URL("..", import.meta.url));
/** The README, the licences, and of the build one minified file per entry with its map, and types. */
const EXPECTED = /^(package\.json|README\.md|LICENSE(-MIT|-APACHE)?|dist\/((adapters|backends|documents|elements|kits|server|server\/verify)\/)?[a-z0-9-]+(\.d\.ts|\.js|\.js\.map))$/;
/** Nobody who requires the package is told that it is of ES modules alone: their Node or bundler says so. */
const FOR_OTHERS = ["node10", "node16-cjs"];

let folder;
let installed;
let tarball;
let manifest;
const files = [];
before(async () => {
  // Below the package, so that frameworks are found as in a project that has them.
  folder = await mkdtemp(`${HOME}node_modules/.pack-`);
  installed = `${folder}/node_modules/stayd`;
  await mkdir(installed, { recursive: true });
  const packed = run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], HOME);
  // Versions of npm differ in what is around it.
  const [{ filename }] = Object.values(JSON.parse(packed));
  run("tar", ["-xzf", `${folder}/${filename}`, "-C", installed, "--strip-components=1"], HOME);
  tarball = await readFile(`${folder}/${filename}`);
  manifest = JSON.parse(await readFile(`${installed}/package.json`, "utf8"));
  for (const entry of await readdir(installed, { recursive: true, withFileTypes: true })) {
    if (!entry.isDirectory()) files.push(`${entry.parentPath}/${entry.name}`.slice(installed.length + 1));
  }
});
after(() => folder && rm(folder, { recursive: true }));

function run(program, parameters, cwd) {
  const { status, stdout, stderr, error } = spawnSync(program, parameters, { cwd, encoding: "utf8" });
  assert.equal(status, 0, error?.message ?? stdout + stderr);
  return stdout;
}

test("the package holds its entries, their maps and types, README and licences, and nothing else", () => {
  assert.deepEqual(files.filter((file) => !EXPECTED.test(file)), []);
  const named = Object.values(manifest.exports).flatMap(({ types, default: code }) => [types, code, `${code}.map`]);
  const wanted = [...named.map((file) => file.slice(2)), "README.md", "LICENSE", "LICENSE-MIT", "LICENSE-APACHE"];
  assert.deepEqual(wanted.filter((file) => !files.includes(file)), []);
  const code = files.filter((file) => file.endsWith(".js"));
  assert.deepEqual(code.filter((file) => !named.includes(`./${file}`)), [], "every script is an entry");
});

test("no file names a path of the machine that built it, and every map carries its sources", async () => {
  for (const file of files) {
    const text = await readFile(`${installed}/${file}`, "utf8");
    assert.ok(!text.includes(HOME) && !/"(file:|\/(home|root|tmp|Users)\/)/.test(text), file);
    if (!file.endsWith(".map")) continue;
    const { sources, sourcesContent } = JSON.parse(text);
    assert.deepEqual(sources.filter((source) => !source.startsWith("../")), [], file);
    assert.ok(sources.length > 0 && sources.every((_, at) => sourcesContent?.[at]), file);
  }
});

test("installing it runs nothing and brings nothing along", () => {
  assert.deepEqual(Object.keys(manifest.scripts).filter((name) => /^(pre|post)?(install|prepare)$/.test(name)), []);
  assert.equal(manifest.dependencies, undefined);
  assert.equal(manifest.bin, undefined);
});

test("it is published by those alone who say which version they mean", () => {
  const publish = (env) => spawnSync("node", ["release.mjs"], { cwd: HOME, env: { PATH: process.env.PATH, ...env } }).status;
  assert.equal(manifest.scripts.prepublishOnly, "node release.mjs");
  assert.equal(publish({}), 1);
  assert.equal(publish({ STAYD_RELEASE: "0.0.0" }), 1);
  assert.equal(publish({ STAYD_RELEASE: manifest.version }), 0);
});

test("publint has nothing to say", async () => {
  const { messages, pkg } = await publint({ pack: { tarball: Uint8Array.from(tarball).buffer }, strict: true });
  assert.deepEqual(messages.map((message) => formatMessage(message, pkg, { color: false })), []);
});

test("the types of every entry are right for node16 and for bundlers", async () => {
  const { entrypoints, problems } = await checkPackage(createPackageFromTarballData(Uint8Array.from(tarball)));
  assert.deepEqual(Object.keys(entrypoints).sort(), Object.keys(manifest.exports).sort());
  assert.deepEqual(problems.filter(({ resolutionKind }) => !FOR_OTHERS.includes(resolutionKind)), []);
});

test("the README's code compiles against the packed package, beside an import of every entry", async () => {
  const readme = await readFile(`${installed}/README.md`, "utf8");
  const blocks = [...readme.matchAll(/^```(tsx?)\n([\s\S]*?)^```$/gm)].map(([, ending, code]) => [ending, code]);
  assert.ok(blocks.length >= 2);
  const entries = Object.keys(manifest.exports).map((entry, at) => `export * as e${at} from "stayd${entry.slice(1)}";\n`);
  const sources = [...blocks, ["ts", entries.join("")]].map(([ending, code], at) => [`${folder}/${at}.${ending}`, code]);
  await Promise.all(sources.map(([file, code]) => writeFile(file, code)));
  await writeFile(`${folder}/package.json`, '{ "type": "module" }');
  const names = sources.map(([file]) => file);
  // The declarations of all frameworks would take most of a minute; whether ours resolve has been seen above.
  const strict = ["--noEmit", "--strict", "--skipLibCheck", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2023,dom,dom.iterable", "--jsx", "react-jsx"];
  const kinds = [["--module", "node16"], ["--module", "esnext", "--moduleResolution", "bundler"]];
  for (const kind of kinds) run("node", [`${HOME}node_modules/typescript/bin/tsc`, ...strict, ...kind, ...names], folder);
});
