import { createHmac, timingSafeEqual } from "node:crypto";
import { SECRET } from "./variants.mjs";

/** @typedef {{name: string, value: string, attributes: string}} SetCookie */

/**
 * What a list of Set-Cookie lines comes to: of lines for the same name, browsers keep the last.
 * @param {string[]} lines
 * @returns {Map<string, SetCookie>} by name, sorted
 */
export function netEffect(lines) {
  const last = new Map();
  for (const line of lines) {
    const [pair, ...attributes] = line.split(";").map((part) => part.trim());
    const equals = pair.indexOf("=");
    const name = pair.slice(0, equals);
    last.set(name, { name, value: pair.slice(equals + 1), attributes: attributes.join("; ") });
  }
  return new Map([...last].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Signs a value as both servers sign cookies (protocol 3.3). @param {string} value @param {string} [secret] */
export function sign(value, secret = SECRET) {
  return `${value}.${createHmac("sha256", secret).update(value).digest("base64")}`;
}

/** The value under a right signature, else null. @param {string} cookie as it stands in the header */
export function unsign(cookie) {
  const text = decodeURIComponent(cookie);
  const dot = text.lastIndexOf(".");
  const right = Buffer.from(sign(text.slice(0, dot)));
  const given = Buffer.from(text);
  return dot > 0 && right.length === given.length && timingSafeEqual(right, given) ? text.slice(0, dot) : null;
}

/**
 * Reads a session-data cookie of the `compact` kind (protocol 3.6).
 * @param {string} cookie
 * @returns {{payload: any, expiresAt: number} | null} null when the signature is wrong
 */
export function openSessionData(cookie) {
  const outer = JSON.parse(Buffer.from(cookie, "base64url").toString("utf8"));
  const signed = JSON.stringify({ ...outer.session, expiresAt: outer.expiresAt });
  const right = createHmac("sha256", SECRET).update(signed).digest("base64url");
  return right === outer.signature ? { payload: outer.session, expiresAt: outer.expiresAt } : null;
}

/** Signs a session-data cookie of the `compact` kind. @param {any} payload @param {number} expiresAt ms @param {string} [secret] */
export function sealSessionData(payload, expiresAt, secret = SECRET) {
  const signature = createHmac("sha256", secret).update(JSON.stringify({ ...payload, expiresAt })).digest("base64url");
  return Buffer.from(JSON.stringify({ session: payload, expiresAt, signature })).toString("base64url");
}

/** The cookies of one browser for one host. */
export class Jar {
  #cookies = new Map();

  /** @param {string[]} lines Set-Cookie lines */
  take(lines) {
    for (const { name, value, attributes } of netEffect(lines).values()) {
      if (/(^|; )Max-Age=0(;|$)/i.test(attributes)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }

  get(name) { return this.#cookies.get(name); }
  set(name, value) { this.#cookies.set(name, value); }
  delete(name) { this.#cookies.delete(name); }
  names() { return [...this.#cookies.keys()]; }

  /** The Cookie header, or null when there is none to send. */
  header() {
    return this.#cookies.size === 0 ? null : [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  copy() {
    const copy = new Jar();
    for (const [name, value] of this.#cookies) copy.set(name, value);
    return copy;
  }
}
