// Reading a `Cookie` header as the server reads it (`stayd_protocol::cookie`). What cannot be read is no cookie, never an
// error: a header is the sum of everything that any page of the site ever set.

/** Most characters of a session-data cookie, all pieces together: what the server writes at most. */
export const MAX_SESSION_DATA = 16 * 1024;

/** Most pieces of a cookie. */
const MAX_PIECES = 100;

/** The cookies of a request by name, as sent. The first of a name counts: a later one may have been planted by a subdomain. */
export type Cookies = ReadonlyMap<string, string>;

export function readCookies(header: string): Cookies {
  const cookies = new Map<string, string>();
  for (const piece of header.split(";")) {
    const equals = piece.indexOf("=");
    if (equals < 0) continue;
    const name = trimmed(piece.slice(0, equals));
    if (!cookies.has(name)) cookies.set(name, trimmed(piece.slice(equals + 1)));
  }
  return cookies;
}

/**
 * Without the blanks that may stand around a name or a value (RFC 6265, section 4.2.1). `trim` would take a no-break space as well:
 * a browser lets anybody set a cookie of that other name, which then would pass for one that begins with `__Secure-`.
 */
function trimmed(text: string): string {
  const isBlank = (at: number): boolean => text[at] === " " || text[at] === "\t";
  let [from, to] = [0, text.length];
  while (from < to && isBlank(from)) from++;
  while (from < to && isBlank(to - 1)) to--;
  return text.slice(from, to);
}

/** The text that a cookie stands for: without quotes, percent-decoded; `undefined` where it is broken. */
export function cookieText(cookies: Cookies, name: string): string | undefined {
  const text = decodedText(cookies, name);
  return text === undefined || /[\x00-\x1f\x7f]/.test(text) ? undefined : text;
}

/** The same for cookies whose reader takes base64 and nothing else. */
function decodedText(cookies: Cookies, name: string): string | undefined {
  const raw = cookies.get(name);
  if (raw === undefined) return undefined;
  const inner = raw.startsWith('"') ? (raw.length > 1 && raw.endsWith('"') ? raw.slice(1, -1) : "%") : raw;
  if (!inner.includes("%")) return inner;
  try {
    return decodeURIComponent(inner);
  } catch {
    return undefined;
  }
}

/**
 * The value of a cookie that may have come in pieces `name.0`, `name.1` and so on, because browsers keep none of more than 4 KB.
 * The cookie in one piece wins. A piece that is missing is not noticed here; the signature does that.
 */
export function joinPieces(cookies: Cookies, name: string): string | undefined {
  const whole = decodedText(cookies, name);
  if (whole) return whole.length > MAX_SESSION_DATA ? undefined : whole;
  const numbers: number[] = [];
  for (const found of cookies.keys()) {
    if (!found.startsWith(`${name}.`)) continue;
    const digits = found.slice(name.length + 1);
    // As we would write it: no `01`, no `+1`.
    if (/^(0|[1-9]\d?)$/.test(digits) && Number(digits) < MAX_PIECES) numbers.push(Number(digits));
  }
  let joined = "";
  for (const number of numbers.sort((a, b) => a - b)) {
    const piece = decodedText(cookies, `${name}.${number}`);
    if (piece === undefined || (joined += piece).length > MAX_SESSION_DATA) return undefined;
  }
  return joined || undefined;
}

/** What a deployment's cookies are called. */
export interface Names {
  token: string;
  data: string;
}

/** `guard` is what browsers guard the names with. */
export const namesOf = (prefix: string, guard: "__Host-" | "__Secure-" | ""): Names => {
  const base = `${guard}${prefix}.`;
  return { token: `${base}session_token`, data: `${base}session_data` };
};

/** Of a request's cookies those that the server set: no other one is any of its business. */
export function ownCookies(cookies: Cookies, owns: (cookie: string) => boolean): string {
  const own: string[] = [];
  for (const [name, value] of cookies) if (owns(name)) own.push(`${name}=${value}`);
  return own.join("; ");
}

/** Of an answer's cookies those that belong to the session, ready to be set. */
export const ownSetCookies = (headers: Headers, owns: (cookie: string) => boolean): string[] =>
  headers.getSetCookie().filter((cookie) => owns(cookie.slice(0, Math.max(cookie.indexOf("="), 0))));

/**
 * Tells the server's cookies by their names: all begin with its prefix and a dot (`session_token`, `session_data` and its pieces,
 * `dont_remember`, `csrf_token`, `visitor`, and those of plugins), behind what browsers guard names with; or they are among `others`.
 */
export const ownerOf =
  (prefix: string, others: readonly string[]) =>
  (cookie: string): boolean => {
    const name = cookie.replace(/^__(Secure|Host)-/, "");
    return name.startsWith(`${prefix}.`) || others.includes(name);
  };
