import { el } from "../dom.ts";
import { onPress } from "../press.ts";
import { session } from "../session.ts";
import type { View } from "../view.ts";

/** Until the first answer, where nobody is remembered. Quiet for the first moment, so that a quick server shows no flicker. */
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

/** No answer ever came, and nobody is remembered. The client asks again by itself. */
export function unreachable(): View {
  const { offline } = session.get();
  const heading = el("h1", { tabindex: -1 }, offline ? "You are offline" : "The server cannot be reached");
  const retry = el("button", { type: "button", class: "button primary" }, "Try again");
  onPress(retry, async () => void (await session.refresh()));
  const root = el(
    "div",
    { class: "card narrow" },
    heading,
    el("p", {}, "Whether you are signed in is not known yet: only the server can say. If you were, you still are."),
    el("p", { class: "quiet" }, offline ? "This page goes on when you are back." : "This page tries again by itself."),
    offline ? null : retry,
  );
  return { title: "No connection · Stayd demo", root, heading };
}
