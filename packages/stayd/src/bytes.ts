/** A 32-bit fingerprint (FNV-1a over UTF-16 units, mixed at the end); never 0. Tells texts apart and guards nothing. */
export function fingerprint(text: string, seed = 0): number {
  let hash = 0x811c9dc5 + seed * 0x9e3779b9;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0 || 1;
}

/** Bytes from hexadecimal, by the browser where it can. Under gzip it is a fifth smaller than base64. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const native = (Uint8Array as { fromHex?: (text: string) => Uint8Array<ArrayBuffer> }).fromHex;
  return native ? native(text) : Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** For `JSON.parse`: the member `record` is bytes. */
export const revive = (key: string, value: unknown): unknown => (key === "record" ? fromHex(String(value)) : value);

/** Hexadecimal of a few bytes. */
export const toHex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
