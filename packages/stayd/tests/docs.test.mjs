// The code in the documents, as a strict project would have it: every block of TypeScript and JavaScript compiles against the built package.
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** Where the blocks seem to lie: below the package, so that frameworks are found as in a project that has them. */
const HERE = fileURLToPath(new URL("../docs-as-written/", import.meta.url));

/** What a reader has whose page or framework it is; nothing of it is ours. */
const READERS_OWN = `
declare const session: import("stayd").Session<import("stayd").Credentials, import("stayd").Registration>;
declare function askForThePassword(): Promise<string>;
declare function render(identity: string, person?: object): void;
declare const deviceId: string;
declare const id: string;
declare module "react-dom/client" { export function createRoot(root: Element): { render(node: import("react").ReactNode): void }; export function hydrateRoot(root: Element, node: import("react").ReactNode): void; }
declare module "react-dom/server" { export function renderToString(node: import("react").ReactNode): string; }
declare module "vite" { export function defineConfig(config: object): object; }
declare module "better-auth/client" { export function createAuthClient(): { getSession(): Promise<{ data: object | null }> }; }
declare module "$env/dynamic/private" { export const env: Record<string, string | undefined>; }
declare module "$lib/auth" { export const auth: import("stayd/server").StaydServer; }
declare const process: { env: Record<string, string> };
`;
/** What is known of a person, and what an application has named (docs/development.md). */
const TYPES = `
import type { SessionView } from "stayd";
declare const { data }: SessionView;
export const name: string | undefined = data?.user.name;
export const role: "admin" | "editor" | undefined = data?.user.role;
// @ts-expect-error: what nobody has named is not known to be a text
export const more: string | undefined = data?.user.more;
`;
/** What a compiler adds to a component's script. */
const COMPILED = { vue: 'export default {} as import("vue").Component;', svelte: 'export default {} as import("svelte").Component<any>;' };
/** Half a second each to read, and nothing here looks into them. */
const UNREAD = /\/node_modules\/(csstype|@babel\/types)\//;
/** What plain JavaScript leaves unsaid: types of parameters, and whether an element is there. */
const UNSAID_IN_JAVASCRIPT = [7005, 7006, 7031, 7034, 18047, 2531];

const documents = async () => {
  const names = await readdir(`${ROOT}docs`, { recursive: true });
  return ["README.md", ...names.filter((name) => name.endsWith(".md")).sort().map((name) => `docs/${name}`)];
};

/** The blocks of a document as files: of components their scripts. */
async function blocksOf(document) {
  const text = await readFile(ROOT + document, "utf8");
  const found = [...text.matchAll(/^```(ts|tsx|js|jsx|vue|svelte)\b(?: file=(\S+))?.*\n([\s\S]*?)^```$/gm)];
  const dialect = document.endsWith("/solid.md") ? "/** @jsxImportSource solid-js */ " : "";
  const folder = `${HERE}${document.replace(/\.md$/, "")}/`;
  return found.flatMap(([, kind, file, code], at) => {
    const name = `${folder}${file ?? `block-${at + 1}.${kind}`}`;
    if (kind !== "vue" && kind !== "svelte") return [[name, dialect + code]];
    const script = /<script[^>]*lang="ts"[^>]*>\n([\s\S]*?)<\/script>/.exec(code)?.[1];
    return [[`${name}.ts`, `${script ?? ""}\n${COMPILED[kind]}`]];
  });
}

test("every block of code in the documents compiles in a strict project", async () => {
  const blocks = new Map([
    [`${HERE}readers-own.d.ts`, READERS_OWN],
    [`${HERE}types.ts`, TYPES],
    [`${HERE}docs/server-side/astro/src/lib/auth.ts`, 'export { auth } from "$lib/auth";'],
  ]);
  for (const document of await documents()) for (const [name, code] of await blocksOf(document)) blocks.set(name, code);
  assert.ok(blocks.size > 30, `${blocks.size} blocks`);
  const { exports } = JSON.parse(await readFile(`${ROOT}packages/stayd/package.json`, "utf8"));
  const paths = Object.fromEntries(Object.entries(exports).map(([entry, { types }]) => [`stayd${entry.slice(1)}`, [`${ROOT}packages/stayd/${types}`]]));
  const options = {
    strict: true, noEmit: true, skipLibCheck: true, exactOptionalPropertyTypes: true, allowJs: true, checkJs: true,
    target: ts.ScriptTarget.ES2022, lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"], types: [],
    module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler, moduleDetection: ts.ModuleDetectionKind.Force,
    jsx: ts.JsxEmit.ReactJSX, paths,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile: readText, directoryExists } = host;
  host.fileExists = (name) => blocks.has(name) || fileExists(name);
  host.directoryExists = (name) => name.startsWith(HERE.slice(0, -1)) || directoryExists(name);
  host.readFile = (name) => blocks.get(name) ?? readText(name);
  host.getSourceFile = (name, how) => ts.createSourceFile(name, (!UNREAD.test(name) && host.readFile(name)) || "export {};", how);
  const program = ts.createProgram([...blocks.keys()], options, host);
  const faults = ts.getPreEmitDiagnostics(program).filter(({ file, code }) => !/\.m?jsx?$/.test(file?.fileName ?? "") || !UNSAID_IN_JAVASCRIPT.includes(code));
  const told = faults.map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    return `${file?.fileName.replace(HERE, "")}:${line} ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  assert.deepEqual(told, []);
});
