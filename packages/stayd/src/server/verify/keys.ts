// Public keys of the server, and the keys that are derived from the shared secret. A key has one algorithm, whatever a token says.
import { decodeBase64Url, encodeBase64Url } from "../base64.ts";
import { builtin } from "../builtin.ts";

const utf8 = new TextEncoder();

/** A key that access tokens are checked with. */
export interface TokenKey {
  alg: "EdDSA" | "ES256" | "HS256";
  verify(covered: string, signature: Uint8Array<ArrayBuffer>): boolean | Promise<boolean>;
}

export type TokenKeys = ReadonlyMap<string, TokenKey>;

interface NodeCrypto {
  createPublicKey(key: { key: object; format: "jwk" }): object;
  verify(hash: string | null, data: Uint8Array, key: object, signature: Uint8Array): boolean;
}

const node = builtin<NodeCrypto>("node:crypto");

/** Most keys that are taken from a set. */
const MAX_KEYS = 64;

const ALGORITHMS = {
  EdDSA: { length: 64, import: { name: "Ed25519" }, verify: { name: "Ed25519" }, hash: null },
  ES256: {
    length: 64, import: { name: "ECDSA", namedCurve: "P-256" }, verify: { name: "ECDSA", hash: "SHA-256" }, hash: "sha256",
  },
} as const;

/** The keys of a JWKS. Those of other types and for other uses are passed over; a symmetric key is never taken from one. */
export function publicKeys(jwks: unknown): Map<string, TokenKey> | undefined {
  const list = (jwks as { keys?: unknown } | null)?.keys;
  if (!Array.isArray(list)) return undefined;
  const keys = new Map<string, TokenKey>();
  for (const jwk of list.slice(0, MAX_KEYS) as Record<string, unknown>[]) {
    const { kty, crv, kid, x, y, use = "sig", alg: named } = jwk ?? {};
    const alg = kty === "OKP" && crv === "Ed25519" ? "EdDSA" : kty === "EC" && crv === "P-256" ? "ES256" : undefined;
    if (!alg || use !== "sig" || (named ?? alg) !== alg || typeof kid !== "string" || !kid || keys.has(kid)) continue;
    const wanted = alg === "EdDSA" ? [x] : [x, y];
    if (!wanted.every((part) => typeof part === "string" && decodeBase64Url(part)?.length === 32)) continue;
    const key = publicKey(alg, alg === "EdDSA" ? { kty, crv, x } : { kty, crv, x, y });
    if (key) keys.set(kid, key);
  }
  return keys;
}

function publicKey(alg: "EdDSA" | "ES256", jwk: object): TokenKey | undefined {
  const how = ALGORITHMS[alg];
  if (node) {
    try {
      const key = node.createPublicKey({ key: jwk, format: "jwk" });
      const verifier = how.hash ? { key, dsaEncoding: "ieee-p1363" } : key;
      return { alg, verify: (covered, signature) => signature.length === how.length && node.verify(how.hash, utf8.encode(covered), verifier, signature) };
    } catch {
      return undefined;
    }
  }
  let imported: Promise<CryptoKey> | undefined;
  return {
    alg,
    async verify(covered, signature) {
      imported ??= crypto.subtle.importKey("jwk", jwk, how.import, false, ["verify"]);
      return signature.length === how.length && crypto.subtle.verify(how.verify, await imported, signature, utf8.encode(covered));
    },
  };
}

/**
 * The keys of HS256 under each secret, for the tokens of one issuer: HKDF-SHA-256 with the salt `stayd` and the info
 * `access token ISSUER`, so that two deployments with one secret cannot read each other's tokens.
 */
export async function sharedKeys(secrets: readonly string[], issuer: string): Promise<Map<string, TokenKey>> {
  const keys = new Map<string, TokenKey>();
  for (const secret of secrets) {
    const base = await crypto.subtle.importKey("raw", utf8.encode(secret), "HKDF", false, ["deriveBits"]);
    const how = { name: "HKDF", hash: "SHA-256", salt: utf8.encode("stayd"), info: utf8.encode(`access token ${issuer}`) };
    const bytes = await crypto.subtle.deriveBits(how, base, 256);
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
    const name = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8.encode("id of this key")));
    keys.set(encodeBase64Url(name.subarray(0, 16)), {
      alg: "HS256",
      verify: async (covered, mac) => mac.length === 32 && crypto.subtle.verify("HMAC", key, mac, utf8.encode(covered)),
    });
  }
  return keys;
}
