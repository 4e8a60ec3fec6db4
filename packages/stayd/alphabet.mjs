// node alphabet.mjs [seconds]: seeks characters for the module's frequent bytes with which a page is smaller under gzip, by swapping them, and writes
// them to xtask/src/wasm/alphabet.txt. `cargo xtask wasm`, before it and after, makes the module's text with what stands there.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { compressed, shortened } from "./smaller.mjs";

process.chdir(fileURLToPath(new URL(".", import.meta.url)));
const FILE = "../../xtask/src/wasm/alphabet.txt";
/** Swaps that one true build is tried with, and of how many that look good. */
const [SWAPS, TRIES] = [3, 400];

const below = (limit) => Math.floor(Math.random() * limit);
const gzip = (text) => gzipSync(Buffer.from(text, "latin1"), { level: 9 }).length;
/** Before the module's text, that, and what follows: it is the longest string of a script. */
const around = (script) => {
  const [text] = script.match(/"[^"\\]*"/g).sort((one, other) => other.length - one.length);
  const at = script.indexOf(text);
  return [script.slice(0, at + 1), text.slice(1, -1), script.slice(at + text.length - 1)];
};

const shape = await readFile(FILE, "utf8");
const isLetter = (character) => character < "}";
const old = [...shape].filter(isLetter);
const every = Array.from({ length: 93 }, (_, at) => String.fromCharCode(32 + at)).filter((character) => !/["\\]/.test(character));
const unused = every.filter((character) => !old.includes(character));

const { outputFiles } = await build({ entryPoints: ["src/index.ts"], packages: "external", outdir: "dist", bundle: true, format: "esm", target: "es2022", write: false });
const [head, text, tail] = around((await compressed(outputFiles[0].text)).code);
if (!text.startsWith(shape)) throw new Error("the module's text has another alphabet: build it with `cargo xtask wasm`");
const places = new Map(old.map((letter, place) => [letter, place]));
const written = [...text].map((character) => places.get(character) ?? character);
const textWith = (letters) => written.map((one) => (typeof one === "number" ? letters[one] : one)).join("");

/** The larger of the bundles of two pages: one that uses a session, and one that passes it on, as in the benchmark. */
async function bundled(letters) {
  const { code } = await shortened(head + textWith(letters) + tail, "index");
  const stayd = {
    name: "stayd",
    setup(builder) {
      builder.onResolve({ filter: /^stayd$/ }, () => ({ path: "stayd", namespace: "stayd", sideEffects: false }));
      builder.onLoad({ filter: /./, namespace: "stayd" }, () => ({ contents: code }));
    },
  };
  const pages = ['import { createSession } from "stayd"; globalThis.createSession = createSession;', 'export { createSession } from "stayd"'].map((contents) =>
    build({ stdin: { contents }, plugins: [stayd], bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none", write: false }),
  );
  const texts = (await Promise.all(pages)).map(({ outputFiles: [{ text: page }] }) => page);
  return texts.sort((one, other) => gzip(other) - gzip(one))[0];
}

/** With a few letters swapped that make this bundle smaller as it is: what names it gets then only a true build tells. */
function swapped(letters, bundle) {
  const [before, , after] = around(bundle);
  const size = (some) => gzip(before + textWith(some) + after);
  let next = letters;
  let least = size(next);
  const wanted = 1 + below(SWAPS);
  for (let found = 0, tries = 0; found < wanted && tries < TRIES; tries++) {
    const [one, other] = [below(old.length), below(letters.length)];
    const some = next.with(one, next[other]).with(other, next[one]);
    const is = size(some);
    if (is > least || (is === least && Math.random() > 0.3)) continue;
    [next, least] = [some, is];
    found++;
  }
  return next;
}

let letters = [...old, ...unused];
let bundle = await bundled(letters);
let [now, best] = [gzip(bundle), gzip(bundle)];
console.log(`${best} bytes`);
for (const end = Date.now() + 1000 * (process.argv[2] ?? 200); Date.now() < end; ) {
  const next = swapped(letters, bundle);
  const of = await bundled(next);
  const size = gzip(of);
  // Now and then a byte more is a way to two less.
  if (size > now + (Math.random() < 0.05 ? 1 : 0)) continue;
  [letters, bundle, now] = [next, of, size];
  if (size >= best) continue;
  best = size;
  console.log(`${best} bytes`);
  let place = 0;
  await writeFile(FILE, [...shape].map((one) => (isLetter(one) ? letters[place++] : one)).join(""));
}
