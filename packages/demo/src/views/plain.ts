import { el } from "../dom.ts";
import type { View } from "../view.ts";

/** Until the first answer. Quiet for the first moment, so that a quick server shows no flicker. */
export function loading(): View {
  const heading = el("h1", { class: "unseen", tabindex: -1 }, "Stayd demo");
  const root = el(
    "div",
    { class: "loading" },
    heading,
    el("div", { class: "spinner", "aria-hidden": "true" }),
    el("p", {}, "Looking for your session …"),
  );
  return { title: "Stayd demo", root, heading };
}

/** No answer ever came. */
export function unreachable(again: () => Promise<void>): View {
  const heading = el("h1", { tabindex: -1 }, "The server cannot be reached");
  const retry = el("button", { type: "button", class: "button primary" }, "Try again");
  retry.addEventListener("click", () => {
    retry.setAttribute("aria-disabled", "true");
    void again().finally(() => retry.removeAttribute("aria-disabled"));
  });
  const root = el(
    "div",
    { class: "card narrow" },
    heading,
    el("p", {}, "Whether you are signed in is not known yet: only the server can say. If you were, you still are."),
    el("p", { class: "quiet" }, "This page tries again by itself."),
    retry,
  );
  return { title: "No connection · Stayd demo", root, heading };
}
