import { attempt, explain } from "../attempt.ts";
import { client, type SignedIn, VERIFIED_PAGE } from "../client.ts";
import { address, device } from "../device.ts";
import { el, text } from "../dom.ts";
import { moment } from "../time.ts";

/** The session this page is in, as facts. */
export function sessionCard(): { root: HTMLElement; update(data: SignedIn): void } {
  const values = { email: el("dd"), since: el("dd"), ends: el("dd"), device: el("dd"), address: el("dd") };
  const fact = (name: string, value: HTMLElement): HTMLElement => el("div", {}, el("dt", {}, name), value);
  const facts = el(
    "dl",
    { class: "facts" },
    fact("E-mail", values.email),
    fact("Signed in", values.since),
    fact("Ends", values.ends),
    fact("Device", values.device),
    fact("Address", values.address),
  );
  let shown = "";

  const update = ({ user, session }: SignedIn): void => {
    // Only what changed is drawn anew, so that the focus stays on the button somebody is about to press.
    const identity = `${text(user.email)} ${String(user.emailVerified)}`;
    if (identity !== shown) values.email.replaceChildren(...emailLine(text(user.email), user.emailVerified));
    shown = identity;
    values.since.replaceChildren(moment(session.createdAt));
    values.ends.replaceChildren(moment(session.expiresAt));
    values.device.textContent = device(session.userAgent);
    values.address.textContent = address(session.ipAddress);
  };
  const root = el("section", { class: "card", "aria-labelledby": "this-session" });
  root.append(el("h2", { id: "this-session" }, "This session"), facts);
  return { root, update };
}

function emailLine(email: string, verified: boolean): HTMLElement[] {
  const line = el("span", { class: "email" }, email);
  if (verified) return [line, el("span", { class: "badge good" }, "Verified")];
  const status = el("span", { class: "field-hint", role: "status" });
  const button = el("button", { type: "button", class: "link" }, "Send verification mail");
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    status.textContent = "";
    void attempt((options) =>
      client.sendVerificationEmail({ email, callbackURL: VERIFIED_PAGE }, options),
    ).then((outcome) => {
      button.removeAttribute("aria-disabled");
      status.textContent = outcome.ok ? "Sent. Follow the link in your mail." : explain(outcome.failure);
    });
  });
  return [line, el("span", { class: "badge" }, "Not verified"), button, status];
}
