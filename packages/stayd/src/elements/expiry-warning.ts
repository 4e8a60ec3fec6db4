import type { SessionView } from "../view.ts";
import { MAIN, button, h, say } from "./dom.ts";
import { SessionElement } from "./element.ts";

/** `<stayd-expiry-warning>`: says that the end is near, and asks whether to stay (EN-6). What is done in one tab closes it in all. */
export class ExpiryWarning extends SessionElement {
  #text: HTMLElement | undefined;

  protected show({ minutesLeft }: SessionView): void {
    if (!minutesLeft) {
      this.#text = undefined;
      return this.clear();
    }
    const isNew = !this.#text?.isConnected;
    const text = (this.#text = isNew ? this.#open() : this.#text!);
    // Read out when it comes and in the last minute, and not each minute in between.
    text.ariaLive = isNew || minutesLeft === 1 ? "assertive" : "off";
    say(text, this.words.endsIn(minutesLeft));
  }

  #open(): HTMLElement {
    const { words, session } = this;
    const text = h("p", { role: "alert", part: "text" });
    const problem = h("p", { role: "alert", class: "bad", part: "error" });
    const stay = async (): Promise<void> => {
      say(problem, "");
      const result = await session.renew();
      if (!result.ok) say(problem, this.explain(result.error));
      else if (session.get().minutesLeft) say(problem, words.notMoved);
    };
    const dismiss = (): void => session.dismissWarning();
    this.root.replaceChildren(
      h(
        "section",
        {
          class: "card",
          part: "box",
          "aria-label": words.warning,
          onkeydown: (event) => (event as KeyboardEvent).key === "Escape" && dismiss(),
        },
        text,
        h("div", { class: "acts" }, button(words.stay, stay, MAIN), button(words.dismiss, dismiss)),
        problem,
      ),
    );
    return text;
  }
}
