import { type Storage, LEASE } from "./storage.ts";

/**
 * Waits for a turn, which one tab of the browser has at a time: the right to ask the server. `granted` is called once it is this tab's. The
 * answer ends the turn, or the wait.
 */
export type TakeTurn = (granted: () => void) => () => void;

/** How often the lease is asked for where Web Locks are missing, in ms, and by whoever has it. */
const POLL = 100;

export function createTurns(name: string, storage: Storage, missing: (what: string) => void): TakeTurn {
  const byLease = (granted: () => void): (() => void) => {
    const holder = Math.random();
    let over = false;
    let had = false;
    const attempt = async (): Promise<void> => {
      if (over) return;
      const held = await storage.lease(holder, true);
      if (held && !had) granted();
      had ||= held;
      // Whoever has it keeps it so.
      setTimeout(attempt, held ? LEASE / 3 : POLL * (1 + Math.random()));
    };
    void attempt();
    return () => {
      over = true;
      void storage.lease(holder, false);
    };
  };

  return (granted) => {
    const wait = new AbortController();
    let end = (): void => wait.abort();
    const byLock = async (): Promise<void> =>
      navigator.locks.request(`stayd:${name}`, { signal: wait.signal }, () => {
        granted();
        return new Promise<void>((resolve) => {
          end = resolve;
          if (wait.signal.aborted) resolve();
        });
      });
    byLock().catch(() => {
      // Missing in a page that is not served safely, refused where storage is denied; an abort is this tab's own.
      if (wait.signal.aborted) return;
      missing("locks");
      end = byLease(granted);
    });
    return () => end();
  };
}
