// The code of a guide (docs/frameworks/*.md): what it tells people to write is what is tested.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const GUIDES = fileURLToPath(new URL("../../docs/frameworks/", import.meta.url));

/** Writes each block that names its file into `folder`. */
export async function writeGuide(name, folder) {
  const text = await readFile(join(GUIDES, `${name}.md`), "utf8");
  await mkdir(folder, { recursive: true });
  const blocks = [...text.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)];
  await Promise.all(blocks.map(([, file, code]) => writeFile(join(folder, file), code)));
}
