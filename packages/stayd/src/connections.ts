/** Anything that is connected with the session's credential: a WebSocket, an EventSource, or your own. */
export interface Connection {
  close(): void;
}

/** A registered connection. */
export interface Channel<C extends Connection> {
  /** The connection as it is now; `null` while nobody is signed in. */
  readonly current: C | null;
  /** Closes it for good. */
  stop(): void;
}

/** Every registered connection of a session, closed and opened from one place (EN-8). */
export interface Connections {
  add<C extends Connection>(open: (signal: AbortSignal) => C, renewed?: (connection: C) => void): Channel<C>;
  /** The page may change things, or has a new credential. */
  open(again: boolean): unknown;
  /** Nobody is. */
  close(): void;
}

/** Calls what is the page's own: its mistake is its own, and what comes next is done. */
export const safely = (callback: () => unknown): void => {
  try {
    callback();
  } catch (thrown) {
    globalThis.reportError?.(thrown);
  }
};

export function createConnections(isOpen: () => boolean): Connections {
  const all = new Set<{ open(again: boolean): void; close(): void }>();
  return {
    add(open, renewed) {
      let current: ReturnType<typeof open> | null = null;
      let life = new AbortController();
      const entry = {
        open(again: boolean) {
          if (current) {
            if (!again) return;
            // One that has died (of a WebSocket or an EventSource: 2 and more) cannot be told anything.
            const { readyState = 0 } = current as { readyState?: number };
            if (renewed && readyState < 2) return renewed(current);
          }
          entry.close();
          life = new AbortController();
          current = open(life.signal);
        },
        close() {
          life.abort();
          safely(() => current?.close());
          current = null;
        },
      };
      if (isOpen()) entry.open(false);
      all.add(entry);
      return {
        get current() {
          return current;
        },
        stop() {
          all.delete(entry);
          entry.close();
        },
      };
    },
    // A listener may have signed out before; and one that is opened without a network is dead, and looks as if it worked when that is back.
    open: (again) => isOpen() && all.forEach((entry) => safely(() => entry.open(again))),
    close: () => all.forEach((entry) => entry.close()),
  };
}
