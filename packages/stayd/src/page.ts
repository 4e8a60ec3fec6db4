import { EVENT_FROZEN, EVENT_HIDDEN, EVENT_OFFLINE, EVENT_ONLINE, EVENT_RESUMED, EVENT_SHOWN } from "./codes.ts";

/** What happens to the page, as the machine's events. The answer stops listening. */
export function watchPage(tell: (event: number) => void): () => void {
  const stop = new AbortController();
  const seen = (): number => (document.hidden ? EVENT_HIDDEN : EVENT_SHOWN);
  const on = (target: EventTarget, name: string, event?: number): void =>
    target.addEventListener(
      name,
      (raised) => {
        // A page that is shown for the first time has just started.
        if ((raised as PageTransitionEvent).persisted || name !== "pageshow") tell(event ?? seen());
      },
      { signal: stop.signal },
    );
  on(document, "visibilitychange");
  // A window that others did not cover was visible all the time, and nobody looked.
  on(window, "focus");
  on(document, "freeze", EVENT_FROZEN);
  on(document, "resume", EVENT_RESUMED);
  on(window, "pagehide", EVENT_FROZEN);
  on(window, "pageshow", EVENT_RESUMED);
  on(window, "offline", EVENT_OFFLINE);
  on(window, "online", EVENT_ONLINE);
  tell(seen());
  if (!navigator.onLine) tell(EVENT_OFFLINE);
  return () => stop.abort();
}
