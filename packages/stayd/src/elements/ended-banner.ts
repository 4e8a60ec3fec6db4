import type { SessionView } from "../view.ts";
import { MAIN, button, h, isOff, say, setOff } from "./dom.ts";
import { SessionElement } from "./element.ts";

/**
 * `<stayd-ended-banner>`: says that the session has ended, leaves the page as it is, and signs in again in place (EN-7). Where a page
 * signs people in otherwise, it cancels the event `stayd-sign-in` and does so.
 */
export class EndedBanner extends SessionElement {
  #isOpen = false;
  #wasDismissed = false;
  /** Nobody has come since a session ended here. */
  #hasEnded = false;
  /** Who was here: prefilled, and compared with who comes. */
  #last: { id: string; email?: unknown } | undefined;

  protected show({ expired, data, identity }: SessionView): void {
    if (expired) this.#hasEnded = true;
    else if (data) {
      // What is on the page is somebody else's.
      if (this.#hasEnded && this.#last && this.#last.id !== data.user.id) location.reload();
      this.#hasEnded = false;
      this.#last = data.user;
    }
    if (expired && !this.#isOpen) this.#open();
    // Not while somebody is being signed in, nor for the server's other moods.
    else if (this.#isOpen && identity === "active" && !expired) this.#close();
    else if (!expired) this.#wasDismissed = false;
  }

  protected override forget(): void {
    this.#isOpen = false;
  }

  #close(): void {
    this.#isOpen = false;
    this.clear();
  }

  #open(): void {
    if (this.#wasDismissed) return;
    this.#isOpen = true;
    const { words } = this;
    const again = button(
      words.signInAgain,
      () => {
        if (!this.dispatchEvent(new CustomEvent("stayd-sign-in", { bubbles: true, composed: true, cancelable: true }))) return;
        again.replaceWith();
        const form = this.#form();
        section.append(form);
        form.querySelector<HTMLInputElement>("input:placeholder-shown")?.focus();
      },
      MAIN,
    );
    const dismiss = (): void => {
      this.#wasDismissed = true;
      this.#close();
    };
    const section = h(
      "section",
      {
        class: "strip",
        part: "box",
        "aria-label": words.ended,
        onkeydown: (event) => (event as KeyboardEvent).key === "Escape" && dismiss(),
      },
      h("p", { role: "alert", part: "text" }, words.hasEnded),
      h("div", { class: "acts" }, again, button(words.dismiss, dismiss)),
    );
    this.root.replaceChildren(section);
  }

  #form(): HTMLFormElement {
    const { words, session } = this;
    const problem = h("p", { role: "alert", class: "bad", part: "error" });
    const field = (name: "email" | "password", autocomplete: string): [HTMLInputElement, HTMLLabelElement] => {
      const input = h("input", { name, type: name, autocomplete, part: "field", required: true, placeholder: " " });
      return [input, h("label", {}, words[name], input)];
    };
    const [email, emailLabel] = field("email", "username");
    const [password, passwordLabel] = field("password", "current-password");
    email.value = String(this.#last?.email ?? "");
    const submit = h("button", { ...MAIN }, words.signIn);
    return h(
      "form",
      {
        onsubmit: async (event) => {
          event.preventDefault();
          if (isOff(submit)) return;
          setOff(submit, true);
          say(problem, "");
          const result = await session.signIn({ email: email.value, password: password.value });
          setOff(submit, false);
          if (result.ok) return;
          say(problem, this.explain(result.error));
          password.select();
        },
      },
      emailLabel,
      passwordLabel,
      submit,
      problem,
    );
  }
}
