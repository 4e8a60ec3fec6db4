import { builtin } from "./builtin.ts";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const STANDARD = `${DIGITS}+/`;
const URL_SAFE = `${DIGITS}-_`;

/** Node's own decoder, ten times as fast; it takes both alphabets, so what goes in has been checked. */
const node = builtin<{ Buffer: { from(text: string, encoding: "base64url"): Uint8Array<ArrayBuffer> } }>("node:buffer")?.Buffer;

/** Bits of the last digit that mean nothing, by how many digits are left over after whole groups of four; `-1` cannot be. */
const UNUSED = [0, -1, 15, 3];

/**
 * Reads base64 in its one spelling: `undefined` for another alphabet, for missing or superfluous padding, and for digits that
 * carry bits which mean nothing. So no cookie has a second text that verifies as well.
 */
export function decodeBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const unpadded = /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0 ? text.replace(/=+$/, "") : undefined;
  return unpadded === undefined ? undefined : decode(unpadded, STANDARD);
}

/** The same for base64url without padding, as JSON Web Tokens have it (RFC 7515, section 2). */
export function decodeBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  return /^[\w-]*$/.test(text) ? decode(text, URL_SAFE) : undefined;
}

function decode(digits: string, alphabet: string): Uint8Array<ArrayBuffer> | undefined {
  const unused = UNUSED[digits.length % 4]!;
  if (unused < 0 || (unused && alphabet.indexOf(digits.at(-1)!) & unused)) return undefined;
  if (node) {
    const bytes = node.from(digits, "base64url");
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }
  const binary = atob(alphabet === URL_SAFE ? digits.replace(/-/g, "+").replace(/_/g, "/") : digits);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** base64url without padding. */
export function encodeBase64Url(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
