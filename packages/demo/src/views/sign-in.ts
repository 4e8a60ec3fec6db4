import { explain } from "../explain.ts";
import { form, type Result } from "../form.ts";
import { post, refused } from "../post.ts";
import { RESET_PAGE, session, type SessionError, VERIFIED_PAGE } from "../session.ts";

const REMEMBER = {
  name: "remember",
  label: "Remember me",
  hint: "Stay signed in when the browser is closed.",
  checked: true,
};

/** The session's own view changes when somebody is signed in; the form has nothing to say then. */
const arrived = (otherwise: Result): Result => (session.get().data ? { done: null } : otherwise);
const failed = (error: SessionError): Result => ({ error: explain(refused(error).error) });

export function signInForm(email = ""): HTMLFormElement {
  return form({
    label: "Sign in",
    fields: [
      { name: "email", label: "E-mail", type: "email", autocomplete: "username", value: email },
      { name: "password", label: "Password", type: "password", autocomplete: "current-password" },
    ],
    check: REMEMBER,
    submit: "Sign in",
    busy: "Signing in …",
    primary: true,
    async run({ email = "", password = "" }, rememberMe) {
      const result = await session.signIn({ email, password, rememberMe });
      return result.ok ? { done: null } : failed(result.error);
    },
  });
}

export function signUpForm(): HTMLFormElement {
  return form({
    label: "Sign up",
    fields: [
      { name: "name", label: "Name", type: "text", autocomplete: "name" },
      { name: "email", label: "E-mail", type: "email", autocomplete: "username" },
      {
        name: "password",
        label: "Password",
        type: "password",
        autocomplete: "new-password",
        hint: "At least 8 characters.",
        minLength: 8,
      },
    ],
    check: REMEMBER,
    submit: "Create account",
    busy: "Creating the account …",
    primary: true,
    async run({ name = "", email = "", password = "" }, rememberMe) {
      const result = await session.signUp({ name, email, password, rememberMe, callbackURL: VERIFIED_PAGE });
      if (!result.ok) return failed(result.error);
      // A server that wants the address verified first makes the account and signs nobody in.
      return arrived({ done: "Account made. Follow the link in your mail, then sign in." });
    },
  });
}

export function forgotForm(): HTMLFormElement {
  return form({
    label: "Reset password",
    fields: [{ name: "email", label: "E-mail", type: "email", autocomplete: "username" }],
    submit: "Send the link",
    busy: "Sending …",
    primary: true,
    async run({ email = "" }) {
      const result = await post("/request-password-reset", { email, redirectTo: RESET_PAGE });
      if (!result.ok) return failed(result.error);
      return { done: "If there is an account with this address, the link is on its way." };
    },
  });
}
