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

/** No answer ever came that makes sense, and nobody is remembered. The client asks again by itself; a form may work all the same (AU-10). */
export function unreachable(signIn: () => void): View {
  const { offline, error } = session.get();
  const heading = el("h1", { tabindex: -1 }, offline ? "You are offline" : `The server cannot ${error?.code === "unreachable" ? "be reached" : "answer"}`);
  const retry = el("button", { type: "button", class: "button primary" }, "Try again");
  onPress(retry, async () => void (await session.refresh()));
  const other = el("button", { type: "button", class: "button" }, "Sign in");
  other.addEventListener("click", signIn);
  const root = el(
    "div",
    { class: "card narrow" },
    heading,
    el("p", {}, "Whether you are signed in is not known yet: only the server can say. If you were, you still are."),
    el("p", { class: "quiet" }, offline ? "This page goes on when you are back." : "This page tries again by itself."),
    offline ? null : el("div", { class: "actions" }, retry, other),
  );
  return { title: "No connection · Stayd demo", root, heading };
}
