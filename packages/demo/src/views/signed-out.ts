import { el } from "../dom.ts";
import { tabs } from "../tabs.ts";
import type { View } from "../view.ts";
import { type Notice, noticeBox } from "./notice.ts";
import { forgotForm, signInForm, signUpForm } from "./sign-in.ts";

export interface SignedOutSpec {
  notice: Notice | null;
  /** Opens the request for a reset mail at once: the link somebody came by was not valid. */
  forgot: boolean;
}

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

  const told = el("div", {}, spec.notice && noticeBox(spec.notice));

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
      told.replaceChildren();
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
  return {
    title: "Sign in · Stayd demo",
    root: el("div", { class: "welcome" }, pitch, side),
    heading,
    tell: (notice) => told.replaceChildren(noticeBox(notice)),
  };
}
