import { readFileSync } from "node:fs";

const PAGE = new URL("../../docs/compatibility.md", import.meta.url);

/** The ids of the kept differences, from the tables of docs/compatibility.md. @returns {string[]} */
export function declared() {
  const ids = [...readFileSync(PAGE, "utf8").matchAll(/^\| (D-\d\d) \|/gm)].map(([, id]) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length > 0) throw new Error(`declared twice in docs/compatibility.md: ${twice.join(", ")}`);
  return ids;
}
