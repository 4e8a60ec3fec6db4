// The session-data cookie: a signed or encrypted copy of what get-session answered, believed for some minutes without asking.
// Its forms are those of `stayd_protocol::SessionDataCodec`, and so is every check below.
import type { SessionData } from "../backend.ts";
import { decodeBase64Url } from "./base64.ts";
import { jweOpener } from "./jwe.ts";
import { type MacKey, anyVerifies, sha256 } from "./mac.ts";
import { createMemory } from "./memory.ts";

/** How far ahead of ours the clock of the server may be, in ms. */
const MAX_SKEW = 60_000;

/** `{"alg":"HS256"}`, the header that servers write, in base64url. */
const JWT_HEADER = "eyJhbGciOiJIUzI1NiJ9";

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

interface Payload {
  session: SessionData["session"] & { token?: unknown };
  user: SessionData["user"];
  updatedAt: number;
  version?: unknown;
  binding?: unknown;
  iat?: unknown;
  nbf?: unknown;
  exp?: unknown;
}

/** What a genuine cookie holds, and until when it is believed (ms since the epoch; `undefined`: its claims say it). */
interface Opened {
  json: string;
  expiresAt?: number;
}

/** A copy of a session that was found genuine. Times are in ms since the epoch. */
export interface SessionCopy {
  data: SessionData;
  json: string;
  until: number;
  /** When the server made it, by its own clock. */
  madeAt: number;
  /** Whether it says itself which token it belongs to, as those of a Stayd server do. */
  isBound: boolean;
}

/** Reads session-data cookies that one of `secrets` made. */
export function sessionDataReader(secrets: readonly string[], keys: readonly MacKey[], version: string) {
  const openJwe = jweOpener(secrets);
  const genuine = createMemory();
  const open = async (text: string): Promise<Opened | undefined> => {
    // A dot is not in base64url: by the number of parts the forms cannot be taken for each other.
    const dots = dotsIn(text);
    if (dots === 0) return openCompact(keys, text);
    if (dots === 2) return openJwt(keys, text);
    const json = dots === 4 ? await openJwe(text) : undefined;
    return json === undefined ? undefined : { json };
  };

  const check = async (text: string, token: string, now: number): Promise<SessionCopy | undefined> => {
    const opened = await open(text);
    const payload = opened && parse(opened.json);
    if (!opened || !payload || (payload.version ?? "1") !== version) return undefined;
    const { session, user } = payload;
    const expiresAt = opened.expiresAt ?? tokenExpiry(payload, now);
    // Ended means ended at the very millisecond.
    const until = Math.min(expiresAt, Date.parse(session.expiresAt));
    if (!(until > now) || payload.updatedAt > now + MAX_SKEW) return undefined;
    const found = typeof payload.binding === "string" ? sha256(`stayd session data\0${token}`) : token;
    const belongs = (payload.binding ?? session.token) === (typeof found === "string" ? found : await found);
    const isBound = payload.binding !== undefined;
    return belongs ? { data: withoutTokens({ session, user }), json: opened.json, until, madeAt: payload.updatedAt, isBound } : undefined;
  };

  return {
    /** The copy in the cookie, under the same conditions as with `read`; nothing is remembered. */
    open: check,
    /** What these two cookies were found to say, if it still holds at `now` (ms since the epoch). */
    recall: genuine.recall,
    /** The session in the cookie, if it is genuine, belongs to `token`, which `signed` has shown, and nothing in it has ended at `now`. */
    async read(signed: string, text: string, token: string, now: number): Promise<SessionData | undefined> {
      const found = await check(text, token, now);
      if (found) genuine.remember({ signed, text, json: found.json, from: now, until: found.until });
      return found?.data;
    },
  };
}

function dotsIn(text: string): number {
  let dots = 0;
  for (let at = text.indexOf("."); at >= 0; at = text.indexOf(".", at + 1)) dots++;
  return dots;
}

/** base64url of `{"session":P,"expiresAt":E,"signature":S}`, where S signs P with `,"expiresAt":E` before its last brace. */
async function openCompact(keys: readonly MacKey[], cookie: string): Promise<Opened | undefined> {
  const text = textOf(cookie);
  const parts = text && /^\{"session":(\{.+)\},"expiresAt":(\d{1,16}),"signature":"([\w-]+)"\}$/s.exec(text);
  const mac = parts && decodeBase64Url(parts[3]!);
  if (!mac) return undefined;
  const json = `${parts[1]},"expiresAt":${parts[2]}}`;
  return (await anyVerifies(keys, json, mac)) ? { json, expiresAt: Number(parts[2]) } : undefined;
}

/** HS256 and nothing else (RFC 8725): what the header asks for beside that is refused. */
async function openJwt(keys: readonly MacKey[], token: string): Promise<Opened | undefined> {
  const [header, claims, signature] = token.split(".") as [string, string, string];
  const mac = header === JWT_HEADER || isHs256(header) ? decodeBase64Url(signature) : undefined;
  if (!mac || !(await anyVerifies(keys, `${header}.${claims}`, mac))) return undefined;
  const json = textOf(claims);
  return json === undefined ? undefined : { json };
}

function isHs256(header: string): boolean {
  try {
    const { alg, typ = "JWT", ...more } = JSON.parse(textOf(header) ?? "") as Record<string, unknown>;
    return alg === "HS256" && typ === "JWT" && !Object.keys(more).length;
  } catch {
    return false;
  }
}

function textOf(base64: string): string | undefined {
  try {
    return strictUtf8.decode(decodeBase64Url(base64));
  } catch {
    return undefined;
  }
}

function parse(json: string): Payload | undefined {
  try {
    const payload = JSON.parse(json) as Payload | null;
    return payload && isSessionData(payload) && Number.isSafeInteger(payload.updatedAt) ? payload : undefined;
  } catch {
    return undefined;
  }
}

function tokenExpiry({ iat, nbf = iat, exp }: Payload, now: number): number {
  const begun = [iat, nbf].every((time) => typeof time === "number" && time * 1000 <= now + MAX_SKEW);
  return begun && typeof exp === "number" ? exp * 1000 : 0;
}

/** Whether this has what a page needs to know of a session. */
export function isSessionData(found: unknown): found is SessionData {
  const { session, user } = found as Partial<SessionData>;
  const texts = [session?.id, session?.userId, session?.expiresAt, user?.id];
  return texts.every((text) => typeof text === "string" && text) && session!.userId === user!.id;
}

/** Takes out, in place, what does not go into a page: every member called `token`, however deep. */
export function withoutTokens<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if ("token" in value) delete value.token;
  for (const name in value) {
    const inner = value[name];
    if (typeof inner === "object") withoutTokens(inner);
  }
  return value;
}
