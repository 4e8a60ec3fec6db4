import type { SessionEntry, SessionError } from "../backend.ts";
import type { SessionView } from "../view.ts";
import { device } from "./device.ts";
import { button, h, say, setOff } from "./dom.ts";
import { SessionElement } from "./element.ts";

/** `<stayd-sessions>`: where the person is signed in, as far as the server says, and a way to end one or all others. */
export class Sessions extends SessionElement {
  /** The session and whether it is confirmed: each change of it is a reason to ask. */
  #asked = "";
  /** Which question the list is to answer: later answers to earlier ones are dropped. */
  #question = 0;
  #canMutate = false;
  /** Whose list it is. */
  #whose: string | undefined;
  readonly #status = h("p", { role: "status", class: "quiet", part: "status" });
  readonly #problem = h("p", { role: "alert", class: "bad", part: "error" });
  readonly #list = h("ul", { part: "list" });
  readonly #acts = h("div", { class: "acts" });

  readonly #look = (): void => {
    if (!document.hidden && this.#canMutate) void this.refresh();
  };

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("visibilitychange", this.#look);
  }

  override disconnectedCallback(): void {
    document.removeEventListener("visibilitychange", this.#look);
    this.#asked = "";
    this.#question++;
    super.disconnectedCallback();
  }

  protected show({ data, canMutate }: SessionView): void {
    this.#canMutate = canMutate;
    // What is known is not asked for while it cannot be.
    const reason = data ? data.session.id + canMutate : "";
    if (data?.user.id !== this.#whose) {
      // Nobody sees where somebody else is signed in.
      this.#whose = data?.user.id;
      this.#question++;
      this.#list.replaceChildren();
      this.#acts.replaceChildren();
      say(this.#problem, "");
      this.clear();
    }
    if (data) {
      if (!this.#list.isConnected) {
        this.root.replaceChildren(
          h("section", { part: "box", "aria-label": this.words.sessions }, this.#list, this.#status, this.#problem, this.#acts),
        );
        say(this.#status, this.words.loading);
      }
      if (canMutate && reason !== this.#asked) void this.refresh();
    }
    this.#asked = reason;
    for (const one of this.root.querySelectorAll("li button, .others")) setOff(one, !canMutate);
  }

  /** Asks the server again. */
  async refresh(said = ""): Promise<void> {
    const question = ++this.#question;
    try {
      const entries = await this.session.sessions.list();
      if (question !== this.#question) return;
      say(this.#problem, "");
      this.#fill(entries);
      say(this.#status, entries.length ? said : this.words.noList);
    } catch (error) {
      if (question === this.#question) this.#fail(error as SessionError);
    }
  }

  #fail(error: SessionError): void {
    say(this.#status, "");
    say(this.#problem, this.explain(error));
    this.#acts.replaceChildren(button(this.words.retry, () => this.refresh()));
  }

  #fill(entries: SessionEntry[]): void {
    const { words, session } = this;
    // Of the buttons, the one that has the focus is about to go.
    const held = this.root.activeElement;
    const end = async (act: () => Promise<void>, said: string): Promise<void> => {
      try {
        await act();
        await this.refresh(said);
      } catch (error) {
        this.#fail(error as SessionError);
      }
    };
    this.#list.ariaLabel = words.sessions;
    this.#list.replaceChildren(...[...entries].sort((a, b) => Number(b.current) - Number(a.current)).map((entry) => this.#row(entry, () => end(() => session.sessions.end(entry.id), words.hasBeenEnded))));
    const others = button(words.endOthers, () => end(() => session.sessions.endOthers(), words.othersEnded), { class: "others" });
    this.#acts.replaceChildren(...(entries.length > 1 ? [others] : []));
    if (held && !held.isConnected) {
      this.#list.tabIndex = -1;
      this.#list.focus();
    }
  }

  #row(entry: SessionEntry, end: () => unknown): HTMLElement {
    const { words, locale } = this;
    const [browser, system] = device(entry.userAgent);
    const name = browser && system ? words.on(browser, system) : (browser ?? system ?? words.unknownDevice);
    const time = new Date(entry.createdAt).toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
    const about = h("span", { class: "quiet", part: "detail" }, entry.ipAddress && h("bdi", {}, entry.ipAddress), entry.ipAddress && " · ", words.since(`\u2068${time}\u2069`));
    const badge = entry.current && h("span", { class: "badge", part: "badge" }, words.thisDevice);
    return h(
      "li",
      { part: "item" },
      h("div", {}, h("bdi", {}, name), badge, about),
      !entry.current && button(words.end, end, { "aria-label": words.endOf(name) }),
    );
  }
}
