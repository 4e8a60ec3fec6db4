import { address, device } from "../device.ts";
import { el, text } from "../dom.ts";
import { explain } from "../explain.ts";
import { post } from "../post.ts";
import { changes, onPress } from "../press.ts";
import { session as here, type SessionData, VERIFIED_PAGE } from "../session.ts";
import { moment } from "../time.ts";

/** The session this page is in, as facts. */
export function sessionCard(): { root: HTMLElement; update(data: SessionData): void; clear(): void } {
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

  const update = ({ user, session }: SessionData): void => {
    // Only what changed is drawn anew, so that the focus stays on the button somebody is about to press.
    const [email, verified] = [text(user["email"]), user["emailVerified"] === true];
    const identity = `${email} ${verified}`;
    if (identity !== shown) values.email.replaceChildren(...emailLine(email, verified));
    shown = identity;
    values.since.replaceChildren(moment(text(session["createdAt"])));
    values.ends.replaceChildren(moment(session.expiresAt));
    values.device.textContent = device(text(session["userAgent"]));
    values.address.textContent = address(text(session["ipAddress"]));
  };
  const clear = (): void => {
    shown = "";
    for (const value of Object.values(values)) value.replaceChildren();
  };
  const root = el("section", { class: "card", "aria-labelledby": "this-session" });
  root.append(el("h2", { id: "this-session" }, "This session"), facts);
  return { root, update, clear };
}

function emailLine(email: string, verified: boolean): HTMLElement[] {
  const line = el("span", { class: "email" }, email);
  if (verified) return [line, el("span", { class: "badge good" }, "Verified")];
  const status = el("span", { class: "field-hint", role: "status" });
  const button = changes(el("button", { type: "button", class: "link" }, "Send verification mail"), here.get().canMutate);
  onPress(button, async () => {
    status.textContent = "";
    const result = await post("/send-verification-email", { email, callbackURL: VERIFIED_PAGE });
    status.textContent = result.ok ? "Sent. Follow the link in your mail." : explain(result.error);
  });
  return [line, el("span", { class: "badge" }, "Not verified"), button, status];
}
