/** A 32-bit fingerprint (FNV-1a over code points, begun at `seed`); never 0. Tells texts apart and guards nothing. Ids of some servers are numbers. */
export function fingerprint(of: string | number, seed = 0): number {
  return [...`${of}`].reduce((sum, letter) => Math.imul(sum ^ letter.codePointAt(0)!, 0x01000193), seed) >>> 0 || 1;
}

/**
 * The module from its text. That begins with its alphabet, a character for each byte from 255 (written as -1) upwards that is frequent; `}` and `~`
 * before a character stand for 8 and 128 more, as in the alphabet for so many bytes that have none (`xtask/src/wasm.rs`).
 */
export function fromText(text: string): Uint8Array<ArrayBuffer> {
  // In place, and the engine's own loop: a page runs this first, and an engine makes code of a function that is called again and
  // again sooner than of a loop that goes round.
  const bytes = new TextEncoder().encode(text);
  const places: number[] = [];
  let place = -2;
  let length = 0;
  let more = 0;
  bytes.forEach((byte, at) => {
    if (byte > 124) more += byte > 125 ? 128 : 8;
    else {
      if (at < 95) places[byte] = place += more + 1;
      else bytes[length++] = places[byte]! + more;
      more = 0;
    }
  });
  return bytes.subarray(0, length);
}
