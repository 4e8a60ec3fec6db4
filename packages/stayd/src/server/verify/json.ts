/** Most members of an object, as the server's own reader has it. */
const MAX_MEMBERS = 64;

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+)/gy;

/**
 * The members of a JSON object, or `undefined` for any other text; for one in which a name is there twice, which two readers might
 * understand differently (RFC 8725); and for numbers or texts that Rust's reader does not take.
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
  const names = namesIn(text);
  if (!names || names.length > MAX_MEMBERS || new Set(names).size !== names.length) return undefined;
  for (const value of Object.values(members)) if (typeof value === "string" && /\p{Surrogate}/u.test(value)) return undefined;
  return members;
}

/** The names of the outermost object, in order. The text is JSON. */
function namesIn(text: string): string[] | undefined {
  const names: string[] = [];
  let depth = 0;
  let last = "";
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const token = match[1]!;
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    else if (token === ":" && depth === 1) names.push(JSON.parse(last) as string);
    // A fraction or an exponent may be a whole number here, and none to another reader.
    else if (depth === 1 && /^-?\d+[.eE]/.test(token)) return undefined;
    last = token;
  }
  return names;
}
