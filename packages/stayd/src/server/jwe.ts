// The encrypted session-data cookie: JWE in its compact form, `dir` with `A256CBC-HS512` and nothing else (RFC 7516;
// RFC 7518, section 5.2), as `stayd_protocol::jwe` writes it.
import { decodeBase64Url, encodeBase64Url } from "./base64.ts";

const utf8 = new TextEncoder();
const SALT = "better-auth-session";
const INFO = "BetterAuth.js Generated Encryption Key";

/** Half of an HMAC-SHA-512: what the algorithm keeps of it. */
const TAG_LENGTH = 32;

/** The keys that one secret gives: its first half authenticates, its second encrypts. */
interface Keys {
  /** RFC 7638 thumbprint: says which key without saying what it is. */
  id: string;
  authentication: CryptoKey;
  encryption: CryptoKey;
}

/** Opens encrypted cookies with what a secret gives; the keys are made when the first such cookie comes. */
export function jweOpener(secrets: readonly string[]): (token: string) => Promise<string | undefined> {
  let keys: Promise<Keys[]> | undefined;
  return async (token) => {
    const [header, none, iv, text, tag, ...more] = token.split(".");
    // The second part, an encrypted key, is empty: both sides have the key already.
    if (none !== "" || more.length || !tag) return undefined;
    const parts = [header, iv, text, tag].map((part) => decodeBase64Url(part ?? ""));
    const [headerBytes, ivBytes, textBytes, tagBytes] = parts;
    if (!headerBytes || ivBytes?.length !== 16 || !textBytes?.length || tagBytes?.length !== TAG_LENGTH) return undefined;
    const id = keyIdOf(headerBytes);
    if (id === undefined) return undefined;
    for (const key of await (keys ??= Promise.all(secrets.map(keysOf)))) {
      if (id && id !== key.id) continue;
      const opened = await open(key, utf8.encode(header), ivBytes, textBytes, tagBytes);
      if (opened !== undefined) return opened;
    }
    return undefined;
  };
}

/** The key that a header names, `""` where it names none; `undefined` for a header that the server does not write. */
function keyIdOf(bytes: Uint8Array): string | undefined {
  try {
    const { alg, enc, kid = "", ...more } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    const known = alg === "dir" && enc === "A256CBC-HS512" && typeof kid === "string" && !Object.keys(more).length;
    return known ? kid : undefined;
  } catch {
    return undefined;
  }
}

type Bytes = Uint8Array<ArrayBuffer>;

async function open({ authentication, encryption }: Keys, header: Bytes, iv: Bytes, text: Bytes, tag: Bytes): Promise<string | undefined> {
  const covered = new Uint8Array(header.length + iv.length + text.length + 8);
  covered.set(header);
  covered.set(iv, header.length);
  covered.set(text, header.length + iv.length);
  // The header's length in bits, as 64 bits.
  new DataView(covered.buffer).setUint32(covered.length - 4, header.length * 8);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", authentication, covered));
  let difference = 0;
  for (let at = 0; at < TAG_LENGTH; at++) difference |= mac[at]! ^ tag[at]!;
  if (difference) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await crypto.subtle.decrypt({ name: "AES-CBC", iv }, encryption, text));
  } catch {
    return undefined;
  }
}

async function keysOf(secret: string): Promise<Keys> {
  const { subtle } = crypto;
  const material = await subtle.importKey("raw", utf8.encode(secret), "HKDF", false, ["deriveBits"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: utf8.encode(SALT), info: utf8.encode(INFO) };
  const bytes = new Uint8Array(await subtle.deriveBits(derivation, material, 512));
  const thumbprint = await subtle.digest("SHA-256", utf8.encode(`{"k":"${encodeBase64Url(bytes)}","kty":"oct"}`));
  return {
    id: encodeBase64Url(new Uint8Array(thumbprint)),
    authentication: await subtle.importKey("raw", bytes.slice(0, 32), { name: "HMAC", hash: "SHA-512" }, false, ["sign"]),
    encryption: await subtle.importKey("raw", bytes.slice(32), "AES-CBC", false, ["decrypt"]),
  };
}
