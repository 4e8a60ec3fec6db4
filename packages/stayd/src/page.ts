import { EVENT_FROZEN, EVENT_HIDDEN, EVENT_OFFLINE, EVENT_ONLINE, EVENT_RESUMED, EVENT_SHOWN } from "./codes.ts";

/** What happens to the page, as the machine's events. The answer stops listening. */
export function watchPage(tell: (event: number) => void): () => void {
  const stop = new AbortController();
  const look = (event = document.hidden ? EVENT_HIDDEN : EVENT_SHOWN): void => {
    tell(event);
    // A page that was kept or frozen has not been told of it.
    tell(navigator.onLine ? EVENT_ONLINE : EVENT_OFFLINE);
  };
  const on = (target: EventTarget, name: string, event?: number): void =>
    target.addEventListener(
      name,
      // A page that is shown for the first time has just started.
      (raised) => ((raised as PageTransitionEvent).persisted || name !== "pageshow") && look(event),
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
  // A page is taken for shown and online unless it says otherwise.
  if (document.hidden || !navigator.onLine) look();
  return () => stop.abort();
}
