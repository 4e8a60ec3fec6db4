import { EVENT_FROZEN, EVENT_HIDDEN, EVENT_OFFLINE, EVENT_ONLINE, EVENT_RESUMED, EVENT_SHOWN } from "./codes.ts";

/** What happens to the page, as the machine's events. The answer stops listening. */
export function watchPage(tell: (event: number) => void): () => void {
  const stop = new AbortController();
  const on = (target: EventTarget, name: string, event: () => number | null): void =>
    target.addEventListener(
      name,
      (raised) => {
        // A page that is shown for the first time has just started.
        if (name === "pageshow" && !(raised as PageTransitionEvent).persisted) return;
        tell(event()!);
      },
      { signal: stop.signal },
    );
  const seen = (): number => (document.visibilityState === "hidden" ? EVENT_HIDDEN : EVENT_SHOWN);
  on(document, "visibilitychange", seen);
  on(document, "freeze", () => EVENT_FROZEN);
  on(document, "resume", () => EVENT_RESUMED);
  on(window, "pagehide", () => EVENT_FROZEN);
  on(window, "pageshow", () => EVENT_RESUMED);
  on(window, "online", () => EVENT_ONLINE);
  on(window, "offline", () => EVENT_OFFLINE);
  if (document.visibilityState === "hidden") tell(EVENT_HIDDEN);
  if (navigator.onLine === false) tell(EVENT_OFFLINE);
  return () => stop.abort();
}
