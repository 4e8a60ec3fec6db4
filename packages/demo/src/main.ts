import { attempt, explain, onFailure } from "./attempt.ts";
import { client } from "./client.ts";
import { el, place } from "./dom.ts";
import { type Arrival, takeArrival } from "./link.ts";
import { Reach } from "./reach.ts";
import { say } from "./say.ts";
import { isTrouble, lookAgain, next, type State } from "./state.ts";
import { ago } from "./time.ts";
import type { View } from "./view.ts";
import { arrivalNotice, type Notice } from "./views/notice.ts";
import { loading, unreachable } from "./views/plain.ts";
import { reset } from "./views/reset.ts";
import { signedIn } from "./views/signed-in.ts";
import { signedOut } from "./views/signed-out.ts";

const NOTHING: Arrival = { kind: "none" };
const ENDED_ELSEWHERE: Notice = { tone: "plain", words: "This session has ended. Sign in again to go on." };
const SIGNED_OUT: Notice = { tone: "good", words: "You are signed out." };
const PASSWORD_SET: Notice = { tone: "good", words: "Your password is set. Use it to sign in." };
const PASSWORD_SET_HERE: Notice = { tone: "good", words: "Your password is set." };

let state: State = { kind: "loading" };
let arrival = takeArrival();
let notice = arrivalNotice(arrival);
let shown: { key: string; view: View } | null = null;
/** Sessions this page ended: whatever an answer that was under way still says, they do not come back. */
const ended = new Set<string>();

const reach = new Reach(lookAgain);

/** Two states with the same key are the same view, which is kept and told of the news. */
function key(now: State): string {
  if (arrival.kind === "reset") return "reset";
  return now.kind === "signed-in" ? `signed-in ${now.data.user.id}` : now.kind;
}

function build(now: State): View {
  if (arrival.kind === "reset") return reset(arrival.token, leaveReset);
  switch (now.kind) {
    case "loading":
      return loading();
    case "unreachable":
      return unreachable(lookAgain);
    case "signed-out":
      return signedOut({ notice, forgot: arrival.kind === "reset-failed" });
    case "signed-in":
      return signedIn(now.data, notice);
  }
}

function show(): void {
  const wanted = key(state);
  if (shown?.key === wanted) {
    if (state.kind === "signed-in") shown.view.update?.(state.data);
    return;
  }
  const hadView = shown !== null && shown.key !== "loading";
  const view = build(state);
  shown = { key: wanted, view };
  document.title = view.title;
  place("view").replaceChildren(view.root);
  place("bar-actions").replaceChildren(...(wanted.startsWith("signed-in") ? signOutActions() : []));
  // The first view leaves the focus where the browser put it; later ones take it along.
  if (hadView) view.heading.focus();
  if (state.kind === "loading") return;
  if (notice) say(notice.words);
  // What a link brought is said once.
  notice = null;
  if (arrival.kind !== "reset") arrival = NOTHING;
}

function leaveReset(changed: boolean): void {
  arrival = NOTHING;
  if (changed) notice = state.kind === "signed-in" ? PASSWORD_SET_HERE : PASSWORD_SET;
  show();
  // The server may have ended sessions with the old password.
  void lookAgain();
}

function signOutActions(): HTMLElement[] {
  const alert = el("p", { class: "form-error", role: "alert" });
  const button = el("button", { type: "button", class: "button" }, "Sign out");
  button.addEventListener("click", () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    void signOut().then((words) => {
      button.removeAttribute("aria-disabled");
      alert.textContent = words;
    });
  });
  return [alert, button];
}

/** Answers what went wrong, in words; none if nothing did. */
async function signOut(): Promise<string> {
  const leaving = state.kind === "signed-in" ? state.data.session.id : null;
  const outcome = await attempt((options) => client.signOut({ fetchOptions: options }));
  if (!outcome.ok) return explain(outcome.failure);
  if (leaving) ended.add(leaving);
  notice = SIGNED_OUT;
  state = { kind: "signed-out" };
  show();
  return "";
}

client.useSession.subscribe((answer) => {
  const before = state;
  state = next(before, answer, ended);
  if (before.kind === "signed-in" && state.kind === "signed-out") notice = ENDED_ELSEWHERE;
  show();
  if (answer.isPending || answer.isRefetching) return;
  if (isTrouble(answer)) {
    if (state.kind !== "unreachable") reach.lost(state.kind === "signed-in");
    else reach.lostUnseen();
  } else if (reach.found()) {
    shown?.view.refresh?.();
  }
});

onFailure((failure) => {
  // A button found the server away before the session did.
  if (failure.kind === "unreachable" && state.kind !== "unreachable") reach.lost(state.kind === "signed-in");
});

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") shown?.view.refresh?.();
});

// A page from the back/forward cache may be a picture of a session that has ended.
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  state = { kind: "loading" };
  show();
  void lookAgain();
});

setInterval(() => {
  const now = Date.now();
  for (const time of document.querySelectorAll("time")) {
    const words = time.firstChild;
    if (words) words.textContent = ago(new Date(time.dateTime), now);
  }
}, 20_000);
