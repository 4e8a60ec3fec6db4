/**
 * Gives stable names to what differs from run to run: ids, tokens, times, the address of the server.
 *
 * A session has two names on the wire, its secret token (in the cookie) and its id. The real server shows the token
 * in bodies as well; ours shows the id in its place. Both are known here as one `<session n>`.
 */
export class Names {
  #names = new Map();
  #counts = new Map();
  #secrets = new Set();
  #linked = new Set();
  #base;
  #host;

  /** @param {string} base the origin of the server */
  constructor(base) {
    this.#base = base;
    this.#host = new URL(base).host;
  }

  /** The name of a value of this kind, given on its first appearance. @param {string} kind @param {string} value */
  name(kind, value) {
    if (!this.#names.has(value)) {
      const count = (this.#counts.get(kind) ?? 0) + 1;
      this.#counts.set(kind, count);
      this.#names.set(value, `<${kind} ${count}>`);
    }
    return this.#names.get(value);
  }

  knows(value) { return this.#names.has(value); }

  /** Says that two values are one session. @param {string} known @param {string} other */
  alias(known, other) {
    if (!this.#names.has(other)) this.#names.set(other, this.name("session", known));
    if (known !== other) this.#linked.add(known);
  }

  /** Says that a session known by its token alone has this id. Does nothing where either has been linked already. */
  link(token, id) {
    if (this.#linked.has(token) || this.#names.has(id)) return;
    this.alias(token, id);
  }

  /** A session token out of a cookie, which no body of ours may show. */
  secret(token) {
    this.#secrets.add(token);
    return this.name("session", token);
  }

  /** The session that is known by this value in lower case, and whether the value is its secret. @param {string} lowered */
  lowered(lowered) {
    const [value, name] = [...this.#names].find(([known]) => known.toLowerCase() === lowered) ?? [];
    return value && { name, isSecret: this.#secrets.has(value) };
  }

  /** Whether a text shows a session's secret. @param {string} text */
  shows(text) { return [...this.#secrets].some((secret) => text.includes(secret)); }

  /** A whole string value, as it stands in JSON. @param {string} value @param {number} now ms */
  string(value, now) {
    if (this.#names.has(value)) return this.#names.get(value);
    if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value)) return time(value, now);
    return this.text(value);
  }

  /** A text with names in place of the values known so far. @param {string} text */
  text(text) {
    let out = text.replaceAll(this.#base, "<base>").replaceAll(encodeURIComponent(this.#base), "<base, encoded>")
      .replaceAll(this.#host, "<host>");
    for (const [value, name] of this.#names) if (value.length >= 16) out = out.replaceAll(value, name);
    return out.replaceAll(/eyJ[\w-]+\.[\w-]+\.[\w-]*/g, "<jwt>");
  }
}

const YEAR = 365 * 86_400_000;
const NEAR = [[0, "now"], [3_600_000, "now + 1 hour"], [86_400_000, "now + 1 day"], [604_800_000, "now + 7 days"]];

/** A time as its distance from now, with a minute and a half of slack; one that no server has set stays as it is. @param {string} iso @param {number} now ms */
export function time(iso, now) {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(iso)) return `<odd time ${iso}>`;
  const distance = Date.parse(iso) - now;
  if (Math.abs(distance) > YEAR) return iso;
  const near = NEAR.find(([from]) => Math.abs(distance - from) < 90_000);
  return near ? `<${near[1]}>` : `<now ${Math.round(distance / 60_000)} minutes>`;
}
