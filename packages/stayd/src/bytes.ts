/** A 32-bit fingerprint (FNV-1a over code points, begun at `seed`); never 0. Tells texts apart and guards nothing. Ids of some servers are numbers. */
export function fingerprint(of: string | number, seed = 0): number {
  return [...`${of}`].reduce((sum, letter) => Math.imul(sum ^ letter.codePointAt(0)!, 0x01000193), seed) >>> 0 || 1;
}

/**
 * The module from its text. That begins with its alphabet: 90 characters, which stand for 255 (written as -1) and 0 to 88; `}` and `~`
 * before one stand for 90 and 180 more (`xtask/src/wasm.rs`).
 */
export function fromText(text: string): Uint8Array<ArrayBuffer> {
  // In place, and the engine's own loop: a page runs this first, and an engine makes code of a function that is called again and
  // again sooner than of a loop that goes round.
  const bytes = new TextEncoder().encode(text);
  const places: number[] = [];
  let length = 0;
  let more = 0;
  bytes.forEach((byte, at) => {
    if (at < 90) places[byte] = at - 1;
    else if (byte > 124) more = (byte - 124) * 90;
    else {
      bytes[length++] = places[byte]! + more;
      more = 0;
    }
  });
  return bytes.subarray(0, length);
}
