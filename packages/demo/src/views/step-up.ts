import { explain } from "../explain.ts";
import { form } from "../form.ts";
import { post } from "../post.ts";

/** Asks for the password again, where the server wants a recent proof of who this is; `proven` is called when it has one. */
export function stepUp(proven: () => void): HTMLFormElement {
  return form({
    label: "Confirm that it is you",
    fields: [{ name: "password", label: "Password", type: "password", autocomplete: "current-password" }],
    submit: "Confirm",
    busy: "Confirming …",
    changes: true,
    clears: true,
    async run({ password = "" }) {
      const result = await post("/step-up", { password });
      if (result.ok) {
        proven();
        return { done: null };
      }
      // A Better Auth server knows no such thing.
      const unknown = result.error.status === 404;
      return { error: unknown ? "This server wants you to sign out and in again." : explain(result.error) };
    },
  });
}
