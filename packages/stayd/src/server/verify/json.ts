/** Most members of an object, and most levels of objects and lists within each other, as the server's own reader has it. */
const MAX_MEMBERS = 64;
const MAX_DEPTH = 16;

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/gy;

/**
 * The members of a JSON object, or `undefined` for any other text; for one in which a name is there twice, which two readers might
 * understand differently (RFC 8725); and for depths, numbers and texts that Rust's reader does not take.
 */
export function strictObject(text: string): Record<string, unknown> | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof found !== "object" || found === null || Array.isArray(found)) return undefined;
  const members = found as Record<string, unknown>;
  const written = readNames(text);
  if (!written || written.names.length > MAX_MEMBERS || new Set(written.names).size !== written.names.length) return undefined;
  for (const name of written.fractions) members[name] = Number.NaN;
  return members;
}

interface Written {
  /** The names of the outermost object, in order. */
  names: string[];
  /** Those whose number may be a whole one here, and is none to another reader: `1.0`, `1e3`, `-0`. */
  fractions: string[];
}

/** How the outermost object is written. The text is JSON. */
function readNames(text: string): Written | undefined {
  const names: string[] = [];
  const fractions: string[] = [];
  let depth = 0;
  let last = "";
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const token = match[1]!;
    if (token === "{" || token === "[") {
      if (++depth > MAX_DEPTH) return undefined;
    } else if (token === "}" || token === "]") depth--;
    else if (token === ":" && depth === 1) names.push(JSON.parse(last) as string);
    else if (token.startsWith('"')) {
      // Half a character.
      if (token.includes("\\u") && /\p{Surrogate}/u.test(JSON.parse(token) as string)) return undefined;
    } else if (/^-?\d/.test(token)) {
      if (!Number.isFinite(Number(token))) return undefined;
      if (depth === 1 && /[.eE]|^-0$/.test(token)) fractions.push(names.at(-1)!);
    }
    last = token;
  }
  return { names, fractions };
}
