import { isJwt, jwtText } from "./jwt.mjs";
import { netEffect, openSessionData, unsign } from "./cookies.mjs";

/** The headers that are part of the protocol; all others are compared by `extraHeaders` alone. */
const COMPARED = ["content-type", "location", "cache-control", "pragma", "x-retry-after", "retry-after", "allow",
  "www-authenticate", "set-auth-token", "set-auth-jwt", "access-control-allow-origin", "access-control-allow-credentials",
  "access-control-allow-methods", "access-control-allow-headers", "access-control-expose-headers", "access-control-max-age"];

/** Headers that say how the bytes travel, not what they mean. */
const TRANSPORT = new Set(["date", "connection", "keep-alive", "transfer-encoding", "content-length", "set-cookie"]);

/**
 * An answer without what differs from run to run.
 *
 * - Of several Set-Cookie lines for one name only the last counts, as in a browser; names are sorted.
 * - Cookie values are opened and their signatures checked; attributes stay as the text they are.
 * - Key order in JSON does not count.
 * - An HTML body is only said to be one.
 *
 * @param {import("./http.mjs").Answer} answer
 * @param {import("./names.mjs").Names} names
 * @param {number} now ms
 * @param {string | null} [presented] the session token that the request came with
 * @returns {Normal}
 * @typedef {{status: number, headers: Record<string, string>, extraHeaders: string[], cookies: Record<string, any>,
 *   body: any, sessionToken: "none" | "secret" | "handle"}} Normal
 */
export function normalise(answer, names, now, presented = null) {
  const cookieLines = answer.headers.filter(([name]) => name === "set-cookie").map(([, value]) => value);
  const text = answer.body.toString("utf8");
  const body = parse(answer, text);
  const cookies = joinParts(netEffect(cookieLines));
  // What get-session answers is the session of the cookie that came with the request; so a session that began with a
  // redirect, without a body that links its token to its id, has one name still.
  if (isSession(body?.session ?? {}) && presented !== null) names.link(presented, body.session.id);
  learn(cookies, body, names);
  const normalCookies = Object.fromEntries([...cookies].map(([name, cookie]) => cookieEntry(name, cookie, names, now))
    .sort(([a], [b]) => (a < b ? -1 : 1)));
  const headers = {};
  for (const [name, value] of answer.headers) {
    if (COMPARED.includes(name)) headers[name] = headerText(name, value, names, now);
  }
  const extraHeaders = answer.headers.map(([name]) => name)
    .filter((name) => !COMPARED.includes(name) && !TRANSPORT.has(name)).sort();
  return {
    status: answer.status,
    headers,
    extraHeaders,
    cookies: normalCookies,
    body: named(body, names, now),
    sessionToken: names.shows(text) ? "secret" : tokens(body).length > 0 ? "handle" : "none",
  };
}

/** Session data that is too large for one cookie comes in parts, `session_data.0` and so on; here they are one again. */
function joinParts(cookies) {
  const parts = [...cookies.values()].filter(({ name, value }) => /\.session_data\.\d+$/.test(name) && value !== "")
    .sort((a, b) => Number(a.name.split(".").at(-1)) - Number(b.name.split(".").at(-1)));
  if (parts.length === 0) return cookies;
  const [{ name, attributes }] = parts;
  const joined = new Map([...cookies].filter(([, cookie]) => !parts.includes(cookie)));
  joined.set(`${name.replace(/\.0$/, "")} in ${parts.length} parts`, {
    name: name.replace(/\.0$/, ""), value: parts.map(({ value }) => value).join(""), attributes,
  });
  return joined;
}

/** The body as JSON where it is JSON. @param {import("./http.mjs").Answer} answer @param {string} text */
function parse(answer, text) {
  const type = answer.headers.find(([name]) => name === "content-type")?.[1] ?? "";
  if (type.includes("html")) return "(html)";
  if (text === "") return "(empty)";
  try {
    return JSON.parse(text);
  } catch {
    return `(text) ${text}`;
  }
}

/** Notes which values are names of sessions, users and accounts, before anything is written down. */
function learn(cookies, body, names) {
  for (const { name, value } of cookies.values()) {
    if (!/\.session_token(_multi-|$)/.test(name) || value === "") continue;
    const token = unsign(value);
    if (token === null) continue;
    names.secret(token);
    if (name.endsWith(".session_token") && typeof body?.token === "string") names.alias(token, body.token);
  }
  each(body, (object) => {
    if (isSession(object)) {
      const known = names.knows(object.id) ? object.id : object.token;
      names.name("session", known);
      names.alias(known, object.token);
      names.alias(known, object.id);
    } else if ("providerId" in object && "id" in object) {
      names.name("account", object.id);
    } else if ("email" in object && "id" in object) {
      names.name("user", object.id);
    }
  });
}

const isSession = (object) => "userId" in object && "expiresAt" in object && "token" in object;

/** Every session token, or what stands in its place, that a body shows. */
function tokens(body) {
  const found = [];
  each(body, (object) => { if (typeof object.token === "string") found.push(object.token); });
  return found;
}

function each(value, visit) {
  if (Array.isArray(value)) value.forEach((item) => each(item, visit));
  else if (value !== null && typeof value === "object") {
    visit(value);
    Object.values(value).forEach((item) => each(item, visit));
  }
}

function named(value, names, now) {
  if (typeof value === "string") return isJwt(value) ? jwtText(value, names, now) : names.string(value, now);
  if (Array.isArray(value)) return value.map((item) => named(item, names, now));
  // A public key: what it is differs, and that it is one does not.
  if (value?.kty && value.kid && value.x) return { ...value, kid: "<kid>", x: "<key>" };
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, named(item, names, now)]));
  }
  return value;
}

function headerText(name, value, names, now) {
  if (name === "location") return names.text(value);
  if (name === "set-auth-token") return signedText(value, names);
  if (name === "set-auth-jwt") return jwtText(value, names, now);
  return value;
}

/** A cookie of a device session is named after the session, by its secret or by its id (D-31). */
function cookieEntry(name, cookie, names, now) {
  const text = cookieText(cookie, names, now);
  const [, stem, session] = /^(.*_multi-)(.+)$/.exec(name) ?? [];
  const known = session && names.lowered(session);
  return known ? [`${stem}${known.name}`, `${text}; named by its ${known.isSecret ? "secret" : "id"}`] : [name, text];
}

/** A signed value, by its name. */
function signedText(value, names) {
  const signed = unsign(value);
  return signed === null ? "(badly signed)" : `${names.text(signed)} (signed)`;
}

function cookieText({ name, value, attributes }, names, now) {
  if (value === "") return `(deleted); ${attributes}`;
  if (name.endsWith(".session_data")) return { ...sessionData(value, names, now), attributes };
  return `${signedText(value, names)}; ${attributes}`;
}

function sessionData(value, names, now) {
  const opened = openSessionData(value);
  if (opened === null) return { data: "(badly signed)" };
  const { updatedAt, ...payload } = opened.payload;
  learn(new Map(), payload, names);
  const data = named(payload, names, now);
  if (typeof data.binding === "string") data.binding = "<binding>";
  return {
    data,
    updatedAt: Math.abs(updatedAt - now) < 10_000 ? "<now>" : `<now ${updatedAt - now} ms>`,
    seconds: Math.round((opened.expiresAt - now) / 10_000) * 10,
    sessionToken: names.shows(JSON.stringify(payload)) ? "secret" : "handle",
  };
}
