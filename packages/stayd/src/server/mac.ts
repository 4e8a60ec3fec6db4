// HMAC-SHA-256 and SHA-256: WebCrypto everywhere, and Node's own functions where they are to be had. WebCrypto hands each of
// its calls to another thread; for texts as short as a cookie that takes ten times as long as the hash.
import { decodeBase64, encodeBase64Url } from "./base64.ts";
import { builtin } from "./builtin.ts";
import { type OneShot, hmacWith } from "./hmac.ts";

const utf8 = new TextEncoder();

/** One secret as a key for signatures; made once, never shown. */
export interface MacKey {
  /** Whether `mac` (32 bytes) signs `message`; compared in constant time. */
  verify(message: string, mac: Uint8Array<ArrayBuffer>): boolean | Promise<boolean>;
}

interface NodeCrypto {
  /** Since 20.12 and 21.7. */
  hash?: OneShot;
  createSecretKey(key: Uint8Array): object;
  createHmac(hash: "sha256", key: object): { update(text: string): { digest(): Uint8Array } };
  createHash(hash: "sha256"): { update(text: string): { digest(encoding: "base64url"): string } };
  timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean;
}

const node = builtin<NodeCrypto>("node:crypto");

/** The key of one secret. */
export function macKey(secret: string): MacKey {
  if (node?.hash) return { verify: hmacWith(node.hash, utf8.encode(secret)) };
  if (node) {
    const { createHmac, timingSafeEqual } = node;
    const key = node.createSecretKey(utf8.encode(secret));
    return {
      verify: (message, mac) => mac.length === 32 && timingSafeEqual(createHmac("sha256", key).update(message).digest(), mac),
    };
  }
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  let key: Promise<CryptoKey> | undefined;
  return {
    async verify(message, mac) {
      key ??= crypto.subtle.importKey("raw", utf8.encode(secret), algorithm, false, ["verify"]);
      return mac.length === 32 && crypto.subtle.verify("HMAC", await key, mac, utf8.encode(message));
    },
  };
}

/** SHA-256 of a text, in base64url. */
export function sha256(text: string): string | Promise<string> {
  if (node?.hash) return node.hash("sha256", text, "base64url");
  if (node) return node.createHash("sha256").update(text).digest("base64url");
  return crypto.subtle.digest("SHA-256", utf8.encode(text)).then((hash) => encodeBase64Url(new Uint8Array(hash)));
}

/** Whether any of the keys made `mac`. */
export function anyVerifies(keys: readonly MacKey[], message: string, mac: Uint8Array<ArrayBuffer>): boolean | Promise<boolean> {
  const found = keys.map((key) => key.verify(message, mac));
  if (found.every((one) => typeof one === "boolean")) return found.includes(true);
  return Promise.all(found).then((all) => all.includes(true));
}

/** Length of 32 bytes in base64 with its padding. */
const SIGNATURE_LENGTH = 44;

/** What a session-token cookie turned out to be. */
export type Presented =
  /** Signed with one of the secrets. */
  | { kind: "signed"; token: string }
  /** In the form of a signed cookie, and made with another secret, or by somebody who has none. */
  | { kind: "foreign" }
  /** No form that the server writes. */
  | { kind: "broken" };

/**
 * Checks a session-token cookie: `token.signature`, the signature in standard base64 (`stayd_protocol::Signer`). The token's
 * letters are checked as well: other things are signed under the same secret, and none of them looks like a token.
 */
export async function openToken(keys: readonly MacKey[], cookie: string): Promise<Presented> {
  const dot = cookie.length - SIGNATURE_LENGTH - 1;
  const token = cookie.slice(0, Math.max(dot, 0));
  const mac = cookie[dot] === "." && /^[\w-]{1,128}$/.test(token) ? decodeBase64(cookie.slice(dot + 1)) : undefined;
  if (mac?.length !== 32) return { kind: "broken" };
  return (await anyVerifies(keys, token, mac)) ? { kind: "signed", token } : { kind: "foreign" };
}
