/** A 32-bit fingerprint (FNV-1a over UTF-16 units, mixed at the end); never 0. Tells texts apart and guards nothing. */
export function fingerprint(of: string | number, seed = 0): number {
  // Ids of some servers are numbers.
  const text = `${of}`;
  let hash = 0x811c9dc5 + seed * 0x9e3779b9;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0 || 1;
}

/** The module from its text: one of 90 characters is a byte; `}` and `~` before it stand for 90 and 180 more (`xtask/src/wasm.rs`). */
export function fromText(text: string): Uint8Array<ArrayBuffer> {
  // In place and by index: this is the first thing that a page runs, before any compiler has come to it.
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  for (let i = 0; i < bytes.length; ) {
    const more = bytes[i]! > 124 ? (bytes[i++]! - 124) * 90 : 0;
    bytes[length++] = ((bytes[i++]! - 9) % 90) + more;
  }
  return bytes.subarray(0, length);
}
