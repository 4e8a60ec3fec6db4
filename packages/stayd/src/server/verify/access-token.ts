// Access tokens (RFC 9068's type, our claims), checked as `stayd_protocol::jws` does: the key decides the algorithm, `kid` only selects
// among the keys at hand, no other header is read, the signature comes before the claims, and bytes have one spelling.
import { decodeBase64Url } from "../base64.ts";
import { strictObject } from "./json.ts";
import type { TokenKeys } from "./keys.ts";

/** Longest token that is looked at. */
const MAX_LENGTH = 8 * 1024;
/** How far the server's clock may be from ours, in s. */
const LEEWAY = 30;

/** What an access token says. Times are in s. */
export interface AccessToken {
  sub: string;
  sid: string;
  client_id?: string;
  auth_time: number;
  iat: number;
  exp: number;
}

export interface Expectation {
  issuer: string;
  audience: string;
  /** In ms since the epoch. */
  now: number;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** What a token says that one of the keys signed for us; `"unknown-key"` where none of that name is at hand; else `undefined`. */
export async function openAccessToken(token: string, keys: TokenKeys, expected: Expectation): Promise<AccessToken | "unknown-key" | undefined> {
  if (token.length > MAX_LENGTH) return undefined;
  const [head, payload, signature, ...more] = token.split(".");
  if (!head || !payload || !signature || more.length) return undefined;
  const header = objectIn(head);
  const bytes = decodeBase64Url(signature);
  if (!header || !bytes) return undefined;
  const { alg, kid, typ, ...others } = header;
  if (typ !== "at+jwt" || typeof alg !== "string" || Object.keys(others).length) return undefined;
  if (typeof kid !== "string") return undefined;
  const key = keys.get(kid);
  if (!key) return "unknown-key";
  if (alg !== key.alg || !(await key.verify(`${head}.${payload}`, bytes))) return undefined;
  const claims = objectIn(payload);
  return claims && isFor(claims, expected) ? claims : undefined;
}

function isFor(claims: Record<string, unknown>, { issuer, audience, now }: Expectation): claims is Record<string, unknown> & AccessToken {
  const { iss, aud, sub, sid, jti, client_id = "", scope = "", auth_time, iat, exp, nbf } = claims;
  if (![iss, aud, sub, sid, jti, client_id, scope].every((text) => typeof text === "string")) return false;
  if (![auth_time, iat, exp].every((time) => Number.isSafeInteger(time)) || nbf !== undefined) return false;
  const seconds = Math.floor(now / 1000);
  const [signedIn, made, end] = [auth_time, iat, exp] as [number, number, number];
  const begun = made <= seconds + LEEWAY && signedIn <= seconds + LEEWAY;
  return iss === issuer && aud === audience && begun && end >= made && end + LEEWAY > seconds;
}

function objectIn(base64: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64Url(base64);
  try {
    return bytes && strictObject(strictUtf8.decode(bytes));
  } catch {
    return undefined;
  }
}
