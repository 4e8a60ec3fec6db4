import { el } from "../dom.ts";
import { explain } from "../explain.ts";
import { form } from "../form.ts";
import { post } from "../post.ts";
import type { View } from "../view.ts";

/** A new password, for somebody who came by the link in a mail. */
export function reset(token: string, leave: (changed: boolean) => void): View {
  const heading = el("h1", { tabindex: -1 }, "Choose a new password");
  const away = el("button", { type: "button", class: "link" }, "Keep the old one");
  away.addEventListener("click", () => leave(false));
  const root = el(
    "div",
    { class: "card narrow" },
    heading,
    form({
      label: "Choose a new password",
      fields: [
        {
          name: "password",
          label: "New password",
          type: "password",
          autocomplete: "new-password",
          hint: "At least 8 characters.",
          minLength: 8,
        },
      ],
      submit: "Set password",
      busy: "Setting …",
      primary: true,
      async run({ password = "" }) {
        const result = await post("/reset-password", { newPassword: password, token });
        if (!result.ok) return { error: explain(result.error) };
        leave(true);
        return { done: null };
      },
    }),
    away,
  );
  return { title: "New password · Stayd demo", root, heading };
}
