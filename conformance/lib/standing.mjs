/**
 * The kept differences that show on every answer of their kind, rather than in single cases.
 * Each says what ours must answer, given what the reference answered; none of them is optional.
 */

/** Headers that ours sends with every answer, and the reference never (D-03). */
const ALWAYS = ["content-security-policy", "cross-origin-resource-policy", "referrer-policy", "vary", "x-content-type-options", "x-request-id"];

/** What ours adds for a page of another origin that is trusted (D-17); the origin itself comes on top. */
const CORS = {
  "access-control-allow-credentials": "true",
  "access-control-allow-headers": "content-type, authorization",
  "access-control-allow-methods": "GET, POST",
  "access-control-expose-headers": "date, retry-after, x-retry-after",
  "access-control-max-age": "7200",
};

/**
 * @param {any} theirs the reference's normalised answer
 * @param {any} ours
 * @param {{origin: string | null, base: string, outside?: boolean}} request the origin it came from, that of the server,
 *   and whether the path is not below the base path
 * @returns {{expected: any, met: string[]}} what ours has to be, and which differences that takes
 */
export function standing(theirs, ours, { origin, base, outside = false }) {
  if (!theirs.headers) return { expected: theirs, met: [] };
  const met = new Set();
  const expected = structuredClone(theirs);

  // D-01: bodies show the id of a session where the reference shows its secret.
  if (expected.sessionToken === "secret") {
    expected.sessionToken = "handle";
    met.add("D-01");
  }
  // Outside the base path neither server has anything to say: D-02 and D-03 may both be absent there, but only both.
  const bare = outside && ours.status === 404 && ours.extraHeaders.length === 0 && Object.keys(ours.headers).length === 0;
  // D-02: nothing is to be stored.
  if (!bare && expected.headers["cache-control"] !== "no-store") {
    expected.headers["cache-control"] = "no-store";
    met.add("D-02");
  }
  // D-03: strict security headers, and the id of the request.
  if (!bare) {
    expected.extraHeaders = base.startsWith("https:") ? [...ALWAYS, "strict-transport-security"].sort() : ALWAYS;
    met.add("D-03");
  }
  // D-04: the address of the peer, where no proxy is trusted.
  each(expected, (object) => {
    if (object.ipAddress === "") {
      object.ipAddress = "127.0.0.1";
      met.add("D-04");
    }
  });
  // D-05: the session-data cookie names its session by the id and is bound to the token.
  for (const cookie of Object.values(expected.cookies)) {
    if (!cookie.data?.session) continue;
    cookie.sessionToken = "handle";
    cookie.data.binding = "<binding>";
    met.add("D-05");
  }
  // D-31: the cookie of one of the browser's sessions is named after the session's id.
  for (const [name, cookie] of Object.entries(expected.cookies)) {
    if (!/_multi-<session/.test(name)) continue;
    expected.cookies[name] = cookie.replace(/named by its secret$/, "named by its id");
    met.add("D-31");
  }
  // D-33: a token says who and by which session, and is an access token by its type.
  for (const [tokens, mine] of [[expected.headers, ours.headers], [expected.body, ours.body]]) {
    for (const name of ["set-auth-jwt", "token"]) {
      if (!tokens?.[name]?.payload?.email) continue;
      tokens[name] = minimal(tokens[name], mine?.[name]);
      met.add("D-33");
    }
  }
  // D-17: a page of another trusted origin may read the answer. Which origins are trusted the 403s of the same cases say.
  if (ours.headers["access-control-allow-origin"] && origin !== base && ours.body?.code !== "INVALID_ORIGIN") {
    Object.assign(expected.headers, CORS, { "access-control-allow-origin": origin });
    met.add("D-17");
  }
  return { expected, met: [...met] };
}

/** The token that ours makes where the reference makes this one. */
function minimal({ header, payload: { iss, aud, sub, iat, exp } }, ours) {
  const sid = /^<session \d+>$/.exec(ours?.payload?.sid)?.[0];
  return { header: { ...header, typ: "at+jwt" }, payload: { iss, aud, sub, iat, exp, sid, auth_time: "<now>", jti: "<jti>" } };
}

/**
 * D-30: ours gives the session cookie the age that the session has left, where the reference always gives the full one. No
 * session can be older than the scenario, so that is how much may be missing. Changes `expected` where it applies.
 *
 * @param {any} expected
 * @param {any} ours
 * @param {number} elapsed seconds since the scenario began
 * @returns {string[]} D-30, or nothing
 */
export function ages(expected, ours, elapsed) {
  const met = [];
  for (const [name, cookie] of Object.entries(expected.cookies ?? {})) {
    if (!/\.session_token(_multi-|$)/.test(name)) continue;
    const missing = maxAge(cookie) - maxAge(ours.cookies[name]);
    if (!(missing > 0 && missing <= elapsed)) continue;
    expected.cookies[name] = cookie.replace(/Max-Age=\d+/, `Max-Age=${maxAge(ours.cookies[name])}`);
    met.push("D-30");
  }
  return met;
}

const maxAge = (cookie) => Number(/; Max-Age=([1-9]\d*);/.exec(cookie ?? "")?.[1]);

function each(value, visit) {
  if (value === null || typeof value !== "object") return;
  if (!Array.isArray(value)) visit(value);
  Object.values(value).forEach((item) => each(item, visit));
}
