import { el, freshId } from "../dom.ts";

/** Work that only this page has: it outlives the session's end (EN-7), and goes with a sign-out. */
export function draftCard(): HTMLElement {
  const [id, hint, title] = [freshId("draft"), freshId("draft-hint"), freshId("card")];
  const area = el("textarea", { id, rows: 3, "aria-describedby": hint, placeholder: "Write something …" });
  return el(
    "section",
    { class: "card", "aria-labelledby": title },
    el("h2", { id: title }, "Unsaved work"),
    el(
      "div",
      { class: "field" },
      el("label", { for: id }, "A note"),
      area,
      el("p", { class: "field-hint", id: hint }, "Kept in this page only. It is still here when your session has ended."),
    ),
  );
}
