import type { SessionView } from "../view.ts";
import { button, h, say } from "./dom.ts";
import { SessionElement } from "./element.ts";

/** `<stayd-offline>`: says that there is no network, or no server, and since when what is shown is old. Nobody is signed out for it. */
export class Offline extends SessionElement {
  #confirmedAt: Date | undefined;
  #text: HTMLElement | undefined;
  #kind: string | undefined;

  protected show({ offline, error, verified, data, expired }: SessionView): void {
    const kind = offline ? "offline" : error && !expired ? "unreachable" : undefined;
    if (!kind) {
      // Not during an outage: what was confirmed before it stays `verified`, and is no newer for that.
      if (verified && data) this.#confirmedAt = new Date();
      this.#kind = undefined;
      return this.clear();
    }
    const { words, locale } = this;
    if (kind !== this.#kind) this.#open((this.#kind = kind));
    const time = data && this.#confirmedAt?.toLocaleTimeString(locale, { timeStyle: "short" });
    say(this.#text!, (data || offline ? words[kind as "offline"] : words.noServer) + (time ? ` ${words.knownAt(time)}` : ""));
  }

  protected override forget(): void {
    this.#kind = undefined;
  }

  #open(kind: string): void {
    this.#text = h("p", { role: "status", part: "text" });
    const retry = kind === "unreachable" && button(this.words.retry, () => this.session.refresh());
    this.clear();
    this.root.append(h("section", { class: "strip", part: "box", "aria-label": this.words.connection }, this.#text, retry));
  }
}
