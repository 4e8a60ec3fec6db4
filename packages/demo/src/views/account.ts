import { el, freshId, text } from "../dom.ts";
import { explain } from "../explain.ts";
import { form } from "../form.ts";
import { post, refused } from "../post.ts";
import { session, type SessionData } from "../session.ts";

/** A card of the account. */
interface Card {
  root: HTMLElement;
  update(data: SessionData): void;
}

function card(title: string, ...children: HTMLElement[]): HTMLElement {
  const id = freshId("card");
  return el("section", { class: "card", "aria-labelledby": id }, el("h2", { id }, title), ...children);
}

/** A new name. `clear` says whether somebody had begun to change it: then it stays. */
export function nameCard(): Card & { clear(): boolean } {
  const inside = form({
    label: "Change name",
    fields: [{ name: "name", label: "Name", type: "text", autocomplete: "name" }],
    submit: "Save name",
    busy: "Saving …",
    changes: true,
    async run({ name = "" }) {
      const result = await session.update({ name });
      if (result.ok) return { done: "Name saved." };
      return { error: explain(refused(result.error).error) };
    },
  });
  const input = inside.elements.namedItem("name") as HTMLInputElement;
  const isTouched = (): boolean => input.value !== input.defaultValue;
  return {
    root: card("Your name", inside),
    update({ user }) {
      const name = text(user["name"]);
      if (name === input.defaultValue) return;
      const keep = isTouched() && input.value;
      input.defaultValue = name;
      input.value = keep || name;
    },
    clear() {
      const touched = isTouched();
      const typed = input.value;
      input.defaultValue = "";
      input.value = touched ? typed : "";
      return touched;
    },
  };
}

/** A new password; `changed` is called when other sessions may have ended with it. */
export function passwordCard(changed: () => void): Card & { clear(): void } {
  const owner = el("input", { type: "text", autocomplete: "username", hidden: true });
  const inside = form({
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
    changes: true,
    clears: true,
    async run({ current: currentPassword = "", new: newPassword = "" }, revokeOtherSessions) {
      const result = await post("/change-password", { currentPassword, newPassword, revokeOtherSessions });
      if (!result.ok) return { error: explain(result.error) };
      // The server may have begun a new session for this browser.
      await session.refresh();
      changed();
      return { done: "Password changed." };
    },
  });
  // Tells password managers whose password this is.
  inside.prepend(owner);
  return {
    root: card("Password", inside),
    update: ({ user }) => void (owner.value = text(user["email"])),
    clear() {
      inside.reset();
      owner.value = "";
    },
  };
}
