import { el, icon, place } from "./dom.ts";
import { clockTime } from "./time.ts";

/** Waits between tries by itself, in seconds; the last one repeats. Half of each is jitter. */
const WAITS = [4, 8, 16, 30];

const WARNING = "M12 4 2.8 20h18.4L12 4Zm0 6v5m0 2.6v.1";

/** The banner that says the server is away, and the tries to find it again. */
export class Reach {
  #tries = 0;
  #timer: number | undefined;
  #lastAnswer: Date | null = null;
  #again: () => Promise<void>;

  constructor(again: () => Promise<void>) {
    this.#again = again;
  }

  /** The server answered; true if it had been away. */
  found(): boolean {
    const wasAway = this.#tries > 0;
    this.#lastAnswer = new Date();
    this.#tries = 0;
    clearTimeout(this.#timer);
    const banner = place("banner");
    const held = banner.contains(document.activeElement);
    banner.replaceChildren();
    if (held) place("view").focus();
    return wasAway;
  }

  /** The server did not answer. `kept` says whether the page still shows what it knew. */
  lost(kept: boolean): void {
    this.lostUnseen();
    if (place("banner").childElementCount === 0) this.#show(kept);
  }

  /** The same without the banner, for a view that says it itself. */
  lostUnseen(): void {
    const wait = WAITS[Math.min(this.#tries, WAITS.length - 1)] ?? 30;
    this.#tries += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#again(), 1000 * wait * (0.5 + Math.random() / 2));
  }

  #show(kept: boolean): void {
    const since = kept && this.#lastAnswer ? ` You see what was known at ${clockTime(this.#lastAnswer)}.` : "";
    const retry = el("button", { type: "button", class: "button small" }, "Try again");
    retry.addEventListener("click", () => {
      retry.disabled = true;
      // A disabled button drops the focus; it is given back when the answer is there.
      void this.#again().finally(() => {
        retry.disabled = false;
        if (retry.isConnected) retry.focus();
      });
    });
    const words = el("p", { role: "alert" });
    place("banner").replaceChildren(
      el("div", { class: "banner" }, icon(WARNING), words, retry),
    );
    words.textContent = `The server cannot be reached. You are not signed out.${since}`;
    if (!kept) words.textContent = "The server cannot be reached.";
  }
}
