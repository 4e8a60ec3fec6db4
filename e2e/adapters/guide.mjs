// The code of a guide (docs/frameworks/*.md): what it tells people to write is what is tested.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const GUIDES = fileURLToPath(new URL("../../docs/frameworks/", import.meta.url));

/** The blocks that name their files: name and code. */
export async function readGuide(name) {
  const text = await readFile(join(GUIDES, `${name}.md`), "utf8");
  return [...text.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)].map(([, file, code]) => [file, code]);
}

/** Writes them into `folder`. */
export async function writeGuide(name, folder) {
  await mkdir(folder, { recursive: true });
  await Promise.all((await readGuide(name)).map(([file, code]) => writeFile(join(folder, file), code)));
}
