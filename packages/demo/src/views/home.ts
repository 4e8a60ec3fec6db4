import { el, text } from "../dom.ts";
import type { SessionData, SessionView } from "../session.ts";
import type { View } from "../view.ts";
import { nameCard, passwordCard } from "./account.ts";
import { draftCard } from "./draft.ts";
import { type Notice, noticeBox } from "./notice.ts";
import { sessionCard } from "./session-card.ts";
import { sessionList } from "./session-list.ts";
import { signInForm } from "./sign-in.ts";

const SIGNED_IN = "You are signed in. Reload, close the browser, restart the server, then look again.";
const ENDED = "Nothing you typed is lost. Sign in, and go on where you were.";

/**
 * Everything for somebody signed in. When their session ends the view stays, with what they typed and without what the server had
 * told of them, and takes a sign-in in place (EN-7).
 */
export function home(first: SessionView, { user }: SessionData, notice: Notice | null): View {
  const heading = el("h1", { tabindex: -1 });
  const lead = el("p", { class: "lead" });
  const standing = el("p", { class: "standing", role: "status" });
  const details = sessionCard();
  const list = sessionList();
  const name = nameCard();
  const password = passwordCard(list.refresh);
  const told = el("div", {}, notice && noticeBox(notice));
  const facts = el("div", { class: "stack" }, details.root, list.root);
  let signIn: HTMLElement | null = null;
  let live = false;

  /** What the server has said of this person. */
  const fill = (now: SessionView, data: SessionData): void => {
    heading.textContent = `Hello, ${text(data.user["name"]) || text(data.user["email"])}`;
    lead.textContent = SIGNED_IN;
    [standing.dataset["tone"], standing.textContent] = standingOf(now);
    details.update(data);
    name.update(data);
    password.update(data);
    list.update(data.session.id, now.canMutate);
    if (signIn) leaveSignIn(signIn);
    // Confirmed, or confirmed again: what was fetched meanwhile may be old.
    if (now.canMutate && !live) list.refresh();
    live = now.canMutate;
  };

  const leaveSignIn = (card: HTMLElement): void => {
    const held = card.contains(document.activeElement);
    card.replaceWith(facts);
    signIn = null;
    name.root.hidden = password.root.hidden = standing.hidden = false;
    if (held) heading.focus();
  };

  /** Nothing of the person is shown any more but what they typed themselves. */
  const empty = (now: SessionView): void => {
    if (signIn) return;
    const held = facts.contains(document.activeElement) || password.root.contains(document.activeElement);
    heading.textContent = "Your session has ended";
    lead.textContent = ENDED;
    standing.hidden = true;
    standing.textContent = "";
    told.replaceChildren();
    // Whoever waited until the end is most likely who comes back; one who was put out may be somebody else.
    signIn = el("section", { class: "card", "aria-labelledby": "again" });
    signIn.append(el("h2", { id: "again" }, "Sign in again"), signInForm(now.ended === "expired" ? text(user["email"]) : ""));
    facts.replaceWith(signIn);
    details.clear();
    list.clear();
    password.clear();
    password.root.hidden = true;
    name.root.hidden = !name.clear();
    live = false;
    if (held) heading.focus();
  };

  const update = (now: SessionView): void => (now.data ? fill(now, now.data) : empty(now));
  update(first);
  const root = el(
    "div",
    { class: "home" },
    told,
    el("div", { class: "greeting" }, heading, lead, standing),
    el("div", { class: "columns" }, facts, el("div", { class: "stack" }, draftCard(), name.root, password.root)),
  );
  return {
    get title() {
      return signIn ? "Session ended · Stayd demo" : "Signed in · Stayd demo";
    },
    root,
    heading,
    update,
    refresh: () => live && list.refresh(),
    tell: (notice) => told.replaceChildren(noticeBox(notice)),
  };
}

/** How sure the page is of what it shows: a tone, and words. */
function standingOf(now: SessionView): [string, string] {
  if (now.offline) return ["memory", "Shown from memory"];
  if (now.identity === "rehydrating") return ["memory", now.error ? "Shown from memory" : "Remembered, asking the server …"];
  return now.verified ? ["good", "Confirmed by the server"] : ["memory", "Not confirmed at present"];
}
