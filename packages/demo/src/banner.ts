import { el, icon, place } from "./dom.ts";
import { explain, explainTrouble } from "./explain.ts";
import { onPress } from "./press.ts";
import { session, type SessionView } from "./session.ts";
import { clockTime } from "./time.ts";
import type { View } from "./view.ts";

const ALERT = "M12 4 2.8 20h18.4L12 4Zm0 6v5m0 2.6v.1";
const CLOCK = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Zm0 4.4V12l3 2.2";
const CLOUD = "M4 4l16 16M8.2 8.4A6 6 0 0 0 6.6 18H17m3.2-2.2A4.2 4.2 0 0 0 17.6 10 6 6 0 0 0 11.4 6.1";
const DOOR = "M13 4H6v16h7M10.5 12H20m-3.2-3.4L20.2 12l-3.4 3.4";

/** One thing to say across the page. */
interface Message {
  kind: "ended" | "offline" | "away" | "warning";
  words: string;
}

/** What is on the screen, as far as the banner cares. */
interface Screen {
  key: string;
  view: View;
}

/** The strip below the header: ended, offline, the server away, the end near. The most urgent one is said. */
export class Banner {
  #kind: Message["kind"] | null = null;
  #words = el("p", { role: "alert" });
  #confirmedAt: Date | null = null;

  show(now: SessionView, screen: Screen): void {
    if (now.verified && now.data) this.#confirmedAt = new Date();
    const message = this.#message(now, screen.key);
    if (message?.kind !== this.#kind) this.#replace(message, screen.view);
    // The same words again would be read out again.
    if (message && this.#words.textContent !== message.words) this.#words.textContent = message.words;
  }

  #message(now: SessionView, key: string): Message | null {
    const isHome = key.startsWith("home");
    if (isHome && !now.data) return { kind: "ended", words: "Your session has ended. What you typed is kept." };
    // That view says it itself.
    if (key === "unreachable" || key === "loading") return null;
    const since = now.data && this.#confirmedAt ? ` You see what was known at ${clockTime(this.#confirmedAt)}.` : "";
    const soon = now.minutesLeft ? ` Your session ends in ${minutes(now.minutesLeft)}.` : "";
    if (now.offline) {
      const words = now.data ? `You are offline.${since} What you change has to wait.` : "You are offline.";
      return { kind: "offline", words: words + soon };
    }
    if (now.error) {
      return { kind: "away", words: explainTrouble(now.error) + (now.data ? ` You are not signed out.${since}` : "") + soon };
    }
    if (now.minutesLeft) return { kind: "warning", words: soon.trim() };
    return null;
  }

  #replace(message: Message | null, view: View): void {
    const strip = place("banner");
    const held = strip.contains(document.activeElement);
    this.#kind = message?.kind ?? null;
    this.#words = el("p", { role: "alert" });
    strip.replaceChildren(...(message ? [el("div", { class: "banner" }, ...this.#inside(message.kind, view))] : []));
    strip.dataset["kind"] = message?.kind ?? "none";
    if (held) view.heading.focus();
  }

  #inside(kind: Message["kind"], view: View): (Element | Node)[] {
    switch (kind) {
      case "offline":
        return [icon(CLOUD), this.#words];
      case "ended": {
        const go = el("button", { type: "button", class: "button small" }, "Sign in");
        go.addEventListener("click", () => view.root.querySelector<HTMLElement>("form input:not([hidden])")?.focus());
        return [icon(DOOR), this.#words, go];
      }
      case "away": {
        const retry = el("button", { type: "button", class: "button small" }, "Try again");
        onPress(retry, async () => void (await session.refresh()));
        return [icon(ALERT), this.#words, retry];
      }
      case "warning":
        return [icon(CLOCK), this.#words, ...warningActions()];
    }
  }
}

const minutes = (count: number): string => (count === 1 ? "less than a minute" : `${count} minutes`);

function warningActions(): HTMLElement[] {
  const failed = el("span", { class: "banner-note", role: "status" });
  const stay = el("button", { type: "button", class: "button small" }, "Stay signed in");
  onPress(stay, async () => {
    failed.textContent = "";
    const result = await session.renew();
    if (!result.ok) failed.textContent = explain(result.error);
    else if (session.get().minutesLeft) failed.textContent = "The server does not move the end.";
  });
  const dismiss = el("button", { type: "button", class: "button small plain" }, "Dismiss");
  dismiss.addEventListener("click", () => session.dismissWarning());
  return [failed, el("span", { class: "banner-actions" }, stay, dismiss)];
}
