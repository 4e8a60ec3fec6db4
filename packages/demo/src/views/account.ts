import { attempt, explain } from "../attempt.ts";
import { client, type SignedIn } from "../client.ts";
import { el, freshId, text } from "../dom.ts";
import { form } from "../form.ts";

function card(title: string, ...children: HTMLElement[]): HTMLElement {
  const id = freshId("card");
  return el("section", { class: "card", "aria-labelledby": id }, el("h2", { id }, title), ...children);
}

/** A new name. */
export function nameCard({ user }: SignedIn): HTMLElement {
  return card(
    "Your name",
    form({
      label: "Change name",
      fields: [{ name: "name", label: "Name", type: "text", autocomplete: "name", value: text(user.name) }],
      submit: "Save name",
      busy: "Saving …",
      async run({ name = "" }) {
        const outcome = await attempt((options) => client.updateUser({ name }, options));
        return outcome.ok ? { done: "Name saved." } : { error: explain(outcome.failure) };
      },
    }),
  );
}

/** A new password; `changed` is called when other sessions may have ended with it. */
export function passwordCard({ user }: SignedIn, changed: () => void): HTMLElement {
  const owner = el("input", { type: "text", autocomplete: "username", value: text(user.email), hidden: true });
  const root = form({
    label: "Change password",
    fields: [
      { name: "current", label: "Current password", type: "password", autocomplete: "current-password" },
      {
        name: "new",
        label: "New password",
        type: "password",
        autocomplete: "new-password",
        hint: "At least 8 characters.",
        minLength: 8,
      },
    ],
    check: { name: "others", label: "End all other sessions", checked: true },
    submit: "Change password",
    busy: "Changing …",
    clears: true,
    async run({ current: currentPassword = "", new: newPassword = "" }, revokeOtherSessions) {
      const outcome = await attempt((options) =>
        client.changePassword({ currentPassword, newPassword, revokeOtherSessions }, options),
      );
      if (!outcome.ok) return { error: explain(outcome.failure) };
      changed();
      return { done: "Password changed." };
    },
  });
  // Tells password managers whose password this is.
  root.prepend(owner);
  return card("Password", root);
}
