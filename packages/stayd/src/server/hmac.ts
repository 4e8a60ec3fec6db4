// HMAC-SHA-256 (RFC 2104) out of a hash of one call. Node's `createHmac` makes an object for each text, and with texts as short as a
// cookie that takes longer than the hashing.

/** A hash of one call, as Node has it. */
export type OneShot = (algorithm: "sha256", data: Uint8Array | string, encoding: "latin1" | "base64url") => string;

const BLOCK = 64;
const LENGTH = 32;

const utf8 = new TextEncoder();

/** Whether `mac` signs a message under `secret`; compared in constant time. */
export function hmacWith(hash: OneShot, secret: Uint8Array): (message: string, mac: Uint8Array) => boolean {
  const key = secret.length > BLOCK ? bytesOf(hash("sha256", secret, "latin1")) : secret;
  const padded = (pad: number, length: number): Uint8Array => {
    const block = new Uint8Array(length).fill(pad, 0, BLOCK);
    for (let at = 0; at < key.length; at++) block[at]! ^= key[at]!;
    return block;
  };
  let inner = padded(0x36, 4096);
  const outer = padded(0x5c, BLOCK + LENGTH);
  return (message, mac) => {
    // A character is three bytes at most.
    if (inner.length < BLOCK + 3 * message.length) inner = padded(0x36, BLOCK + 3 * message.length);
    const { written } = utf8.encodeInto(message, inner.subarray(BLOCK));
    const first = hash("sha256", inner.subarray(0, BLOCK + written), "latin1");
    for (let at = 0; at < LENGTH; at++) outer[BLOCK + at] = first.charCodeAt(at);
    const found = hash("sha256", outer, "latin1");
    let difference = mac.length ^ LENGTH;
    for (let at = 0; at < LENGTH; at++) difference |= found.charCodeAt(at) ^ mac[at]!;
    return difference === 0;
  };
}

const bytesOf = (latin1: string): Uint8Array => Uint8Array.from(latin1, (character) => character.charCodeAt(0));
