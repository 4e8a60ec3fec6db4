import { el, place } from "./dom.ts";
import { explainTrouble } from "./explain.ts";
import { session, type SessionView } from "./session.ts";
import { clockTime, dayTime } from "./time.ts";

/** So many lines are kept. */
const LIMIT = 40;

const EVENTS = {
  "signed-in": () => "Signed in",
  "signed-out": () => "Signed out",
  ended: ({ ended }: SessionView) => (ended === "expired" ? "The session reached its end" : "The server ended the session"),
  switched: () => "Somebody else is signed in",
  renewed: ({ data }: SessionView) => (data ? `Renewed until ${dayTime(new Date(data.session.expiresAt))}` : "Renewed"),
  failed: ({ error }: SessionView) => (error ? explainTrouble(error).replace(/\.$/, "") : "The server could not be asked"),
  warned: () => "The end is near",
};

/** What a browser may lack, in words. */
const MISSING: Record<string, string> = {
  locks: "Web Locks",
  indexedDB: "IndexedDB",
  localStorage: "local storage",
};

const FLAGS = ["status", "identity", "verified", "canMutate", "expired", "offline"] as const;

/** Behind the scenes: what the client says has happened, what it says is so, and its recording. */
export function happenings(): void {
  const latest = el("span", { class: "quiet latest" });
  const list = el("ol", { class: "log", role: "list" });
  const flags = el("dl", { class: "flags" });
  const missing = el("p", { class: "quiet" });
  const download = el("button", { type: "button", class: "button small" }, "Download recording");
  download.addEventListener("click", () => save(session.record()));

  const write = (words: string): void => {
    const now = new Date();
    const time = el("time", { datetime: now.toISOString() }, clockTime(now, "seconds"));
    list.prepend(el("li", {}, time, " ", el("span", {}, words)));
    list.children[LIMIT]?.remove();
    latest.textContent = words;
  };

  write("This page was opened");
  for (const [event, words] of Object.entries(EVENTS)) {
    session.on(event as keyof typeof EVENTS, (now) => write(words(now)));
  }
  session.subscribe((now) => {
    flags.replaceChildren(
      ...FLAGS.map((flag) => el("div", {}, el("dt", {}, flag), el("dd", {}, el("code", {}, String(now[flag]))))),
    );
    const names = session.degraded.map((name) => MISSING[name] ?? name);
    missing.textContent = names.length ? `This browser lacks ${names.join(", ")}: all works, less well.` : "";
  });

  place("happenings").append(
    el(
      "details",
      { class: "happenings" },
      el("summary", {}, el("span", { class: "title" }, "What happens"), latest),
      el("div", { class: "happened" }, list, flags),
      el(
        "div",
        { class: "recording" },
        download,
        el("p", { class: "quiet" }, "Each event and decision of the client, and no secret: ", el("code", {}, "stayd replay"), " prints it."),
      ),
      missing,
    ),
  );
}

function save(recording: Uint8Array): void {
  const address = URL.createObjectURL(new Blob([new Uint8Array(recording)], { type: "application/octet-stream" }));
  el("a", { href: address, download: "session.stayd" }).click();
  // The browser has taken hold of it by the next task.
  setTimeout(() => URL.revokeObjectURL(address));
}
