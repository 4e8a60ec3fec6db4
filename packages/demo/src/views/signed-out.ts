import { attempt, explain } from "../attempt.ts";
import { client, RESET_PAGE, VERIFIED_PAGE } from "../client.ts";
import { el } from "../dom.ts";
import { form, type Result } from "../form.ts";
import { freshAnswer } from "../state.ts";
import { tabs } from "../tabs.ts";
import type { View } from "../view.ts";
import { type Notice, noticeBox } from "./notice.ts";

export interface SignedOutSpec {
  notice: Notice | null;
  /** Opens the request for a reset mail at once: the link somebody came by was not valid. */
  forgot: boolean;
}

const REMEMBER = {
  name: "remember",
  label: "Remember me",
  hint: "Stay signed in when the browser is closed.",
  checked: true,
};

/** One card with "Sign in" and "Sign up", which turns into "Forgot password" and back. */
export function signedOut(spec: SignedOutSpec): View {
  const heading = el(
    "h1",
    { tabindex: -1 },
    el("span", { class: "together" }, "Sign in once."),
    " ",
    el("span", { class: "together" }, "Stay signed in."),
  );
  const card = el("div", { class: "card" });
  const pitch = el(
    "div",
    { class: "pitch" },
    heading,
    el("p", { class: "lead" }, "Reload the page, close the browser, restart the server: you are still here."),
    el(
      "ol",
      { class: "steps", role: "list" },
      el("li", {}, "Make an account. Any address will do."),
      el("li", {}, "Reload this page, close the browser, restart the server."),
      el("li", {}, "Sign in from a second browser, and end that session from the first."),
    ),
  );

  const told = spec.notice && noticeBox(spec.notice);

  const showForgot = (): void => {
    const title = el("h2", { tabindex: -1 }, "Forgot your password?");
    const back = el("button", { type: "button", class: "link" }, "Back to sign in");
    back.addEventListener("click", () => {
      showTabs();
      card.querySelector<HTMLElement>("[role=tab][aria-selected=true]")?.focus();
    });
    card.replaceChildren(
      title,
      el("p", { class: "quiet" }, "We send a link to your address. It opens this page and lets you choose a new one."),
      forgotForm(),
      back,
    );
    title.focus();
  };

  const showTabs = (): void => {
    const forgot = el("button", { type: "button", class: "link" }, "Forgot password?");
    forgot.addEventListener("click", () => {
      told?.remove();
      showForgot();
    });
    card.replaceChildren(
      tabs("Sign in or sign up", [
        { label: "Sign in", panel: el("div", {}, signInForm(), forgot) },
        { label: "Sign up", panel: signUpForm() },
      ]),
    );
  };

  if (spec.forgot) showForgot();
  else showTabs();
  const side = el("div", { class: "side" }, told, card);
  return { title: "Sign in · Stayd demo", root: el("div", { class: "welcome" }, pitch, side), heading };
}

function signInForm(): HTMLFormElement {
  return form({
    label: "Sign in",
    fields: [
      { name: "email", label: "E-mail", type: "email", autocomplete: "username" },
      { name: "password", label: "Password", type: "password", autocomplete: "current-password" },
    ],
    check: REMEMBER,
    submit: "Sign in",
    busy: "Signing in …",
    primary: true,
    async run({ email = "", password = "" }, rememberMe) {
      const outcome = await attempt((options) => client.signIn.email({ email, password, rememberMe }, options));
      return outcome.ok ? arrived() : { error: explain(outcome.failure) };
    },
  });
}

function signUpForm(): HTMLFormElement {
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
      // The endpoint takes `rememberMe`; the client's types have not heard of it, hence no literal here.
      const account = { name, email, password, rememberMe, callbackURL: VERIFIED_PAGE };
      const outcome = await attempt((options) => client.signUp.email(account, options));
      if (!outcome.ok) return { error: explain(outcome.failure) };
      // A server that wants the address verified first makes the account and signs nobody in.
      if (outcome.data.token === null) return { done: "Account made. Follow the link in your mail, then sign in." };
      return arrived();
    },
  });
}

function forgotForm(): HTMLFormElement {
  return form({
    label: "Reset password",
    fields: [{ name: "email", label: "E-mail", type: "email", autocomplete: "username" }],
    submit: "Send the link",
    busy: "Sending …",
    primary: true,
    async run({ email = "" }) {
      const outcome = await attempt((options) =>
        client.requestPasswordReset({ email, redirectTo: RESET_PAGE }, options),
      );
      if (!outcome.ok) return { error: explain(outcome.failure) };
      return { done: "If there is an account with this address, the link is on its way." };
    },
  });
}

/** The server has signed us in; the view changes when it says so again. If it does not, the cookie was not kept. */
async function arrived(): Promise<Result> {
  const answer = await freshAnswer();
  if (answer.data || answer.error) return { done: null };
  return { error: "You were signed in, but the browser did not keep the cookie. Allow cookies for this page." };
}
