import { Banner } from "./banner.ts";
import { el, place } from "./dom.ts";
import { happenings } from "./happenings.ts";
import { type Arrival, takeArrival } from "./link.ts";
import { allowChanges, onPress } from "./press.ts";
import { say } from "./say.ts";
import { session, type SessionView } from "./session.ts";
import { ago } from "./time.ts";
import type { View } from "./view.ts";
import { home } from "./views/home.ts";
import { arrivalNotice, type Notice } from "./views/notice.ts";
import { loading, unreachable } from "./views/plain.ts";
import { reset } from "./views/reset.ts";
import { signedOut } from "./views/signed-out.ts";

const NOTHING: Arrival = { kind: "none" };
const ENDED: Notice = { tone: "plain", words: "This session has ended. Sign in again to go on." };
const SIGNED_OUT: Notice = { tone: "good", words: "You are signed out." };
const SIGNED_OUT_HERE: Notice = {
  tone: "plain",
  words: "You are signed out in this browser. The server is told as soon as it can be reached.",
};
const PASSWORD_SET: Notice = { tone: "good", words: "Your password is set. Use it to sign in." };
const PASSWORD_SET_HERE: Notice = { tone: "good", words: "Your password is set." };

let arrival = takeArrival();
let notice = arrivalNotice(arrival);
/** Whether the person would sign in although nobody could say whether that is needed. */
let signsInAnyway = false;
/** What is on the screen, whether the server has confirmed it here, and by what it is known to be the same. */
let shown: { key: string; view: View; confirmed: boolean } | null = null;
const banner = new Banner();

/** Which view is wanted. Two states with the same key are the same view, which is kept and told of the news. */
function keyOf(now: SessionView): string {
  if (arrival.kind === "reset") return "reset";
  if (now.data) return `home ${now.data.user.id}`;
  // Somebody signs in: the form they use stays. Somebody known of whom nothing can be shown yet: what was there may be another's.
  const stays = now.identity === "anonymous" && shown?.key !== "unreachable";
  if (now.status === "loading") return (stays && shown?.key) || "loading";
  if (now.identity !== "anonymous" || (now.status === "error" && !signsInAnyway)) return "unreachable";
  // It ended under somebody's hands: what they work at stays (EN-7).
  if (now.expired && shown?.confirmed) return shown.key;
  return "signed-out";
}

function build(key: string, now: SessionView): View {
  if (arrival.kind === "reset") return reset(arrival.token, leaveReset);
  if (key === "loading") return loading();
  if (key === "unreachable") return unreachable(signInAnyway);
  if (now.data) return home(now, now.data, notice);
  return signedOut({ notice: notice ?? farewell(now), forgot: arrival.kind === "reset-failed" });
}

/** Why nobody is signed in, if this page or this browser has seen it happen. */
function farewell(now: SessionView): Notice | null {
  if (now.expired) return ENDED;
  return shown?.key.startsWith("home") ? SIGNED_OUT : null;
}

function show(now: SessionView): void {
  const key = keyOf(now);
  if (shown?.key === key) shown.view.update?.(now);
  else replace(key, now);
  if (!shown) return;
  shown.confirmed ||= now.identity === "active";
  document.title = shown.view.title;
  place("bar-actions").replaceChildren(...(now.data ? [signOut] : []));
  allowChanges(place("view"), now.canMutate);
  banner.show(now, shown);
}

function replace(key: string, now: SessionView): void {
  const hadView = shown !== null && shown.key !== "loading";
  const view = build(key, now);
  shown = { key, view, confirmed: false };
  signsInAnyway &&= !now.data;
  place("view").replaceChildren(view.root);
  // The first view leaves the focus where the browser put it; later ones take it along.
  if (hadView) view.heading.focus();
  if (key === "loading" || key === "unreachable") return;
  if (notice) say(notice.words);
  // What a link brought is said once.
  notice = null;
  if (arrival.kind !== "reset") arrival = NOTHING;
}

function signInAnyway(): void {
  signsInAnyway = true;
  show(session.get());
}

function leaveReset(changed: boolean): void {
  arrival = NOTHING;
  if (changed) notice = session.get().data ? PASSWORD_SET_HERE : PASSWORD_SET;
  show(session.get());
  // The server may have ended sessions with the old password.
  void session.refresh();
}

const signOut = el("button", { type: "button", class: "button" }, "Sign out");
onPress(signOut, async () => {
  // Every tab shows it at once; the server is told now, or when it can be.
  const told = session.signOut();
  if (session.get().offline) shown?.view.tell?.(SIGNED_OUT_HERE);
  const result = await told;
  if (!result.ok) shown?.view.tell?.(SIGNED_OUT_HERE);
});

happenings();
// What is remembered is older than what the link has done.
const stale = arrival.kind === "verified";
session.subscribe(show);
if (stale) void session.refresh();

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") shown?.view.refresh?.();
});

setInterval(() => {
  const now = Date.now();
  for (const time of document.querySelectorAll<HTMLTimeElement>("main time")) {
    const words = time.firstChild;
    if (words) words.textContent = ago(new Date(time.dateTime), now);
  }
}, 20_000);
