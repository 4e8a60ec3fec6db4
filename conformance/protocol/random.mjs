/** A small generator that a seed replays (mulberry32), and the odd texts that go through the cookies. */
export class Dice {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A number from 0 up to and without `limit`. */
  below(limit) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** Any text without lone surrogates: Rust has none, and neither has UTF-8. */
  text(most) {
    const length = this.below(most + 1);
    return Array.from({ length }, () => this.character()).join("");
  }

  character() {
    const [from, to] = this.pick(RANGES);
    return String.fromCodePoint(from + this.below(to - from + 1));
  }

  token() {
    const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    return Array.from({ length: 32 }, () => this.pick(alphabet)).join("");
  }
}

/** What JSON writers disagree about, more often than chance would have it. */
const RANGES = [
  [0x20, 0x7e], [0x20, 0x7e], [0x61, 0x7a],
  [0x00, 0x1f], [0x7f, 0x9f], [0x22, 0x22], [0x5c, 0x5c], [0x2f, 0x2f],
  [0xa0, 0x17f], [0x300, 0x36f], [0x590, 0x6ff], [0x2028, 0x2029], [0x4e00, 0x9fff],
  [0xd7f0, 0xd7ff], [0xe000, 0xe010], [0xfdd0, 0xfdef], [0xfeff, 0xfeff], [0xfff0, 0xffff], [0x1f600, 0x1f64f], [0x10fff0, 0x10ffff],
];

export const NAMES = ["", "Zoë", "O'Neil \"the\" \\ Great", "山田 太郎", "👩‍👩‍👧‍👦", "عبد الله", "null", "__proto__", "<script>", "a\u2028b\u2029c", "\0\x01\x1f\x7f", "é vs e\u0301", "2020-01-01"];

export const USER_AGENTS = [
  "", "curl/8",
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
  "';--\t\"}],\"expiresAt\":1,\"signature\":\"x\"}", "x".repeat(2_500), "ü".repeat(1_500), "🦀".repeat(400),
];
