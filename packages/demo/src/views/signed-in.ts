import type { SignedIn } from "../client.ts";
import { el, text } from "../dom.ts";
import type { View } from "../view.ts";
import { nameCard, passwordCard } from "./account.ts";
import { type Notice, noticeBox } from "./notice.ts";
import { sessionCard } from "./session-card.ts";
import { sessionList } from "./session-list.ts";

/** Everything for somebody signed in. */
export function signedIn(data: SignedIn, notice: Notice | null): View {
  const heading = el("h1", { tabindex: -1 });
  const details = sessionCard();
  const list = sessionList();
  const update = (fresh: SignedIn): void => {
    heading.textContent = `Hello, ${text(fresh.user.name) || text(fresh.user.email)}`;
    details.update(fresh);
    list.update(fresh.session);
  };
  update(data);
  const root = el(
    "div",
    { class: "home" },
    notice && noticeBox(notice),
    el(
      "div",
      { class: "greeting" },
      heading,
      el("p", { class: "lead" }, "You are signed in. Reload, close the browser, restart the server, then look again."),
    ),
    el(
      "div",
      { class: "columns" },
      el("div", { class: "stack" }, details.root, list.root),
      el("div", { class: "stack" }, nameCard(data), passwordCard(data, list.refresh)),
    ),
  );
  return { title: "Signed in · Stayd demo", root, heading, update, refresh: list.refresh };
}
