import type { Session } from "./session.ts";
import type { SessionView } from "./view.ts";

/** A store that follows a session: Svelte and nanostores take it as it is. */
export interface Derived<T> {
  get(): T;
  readonly value: T;
  subscribe(listener: (value: T) => void): () => void;
  listen(listener: (value: T) => void): () => void;
}

/**
 * What a page wants to know of the session, such as `requiresEula` or `isAdmin` (SS-12). Listeners are called only when the
 * value itself changes.
 *
 *     const isAdmin = derived(session, ({ data }) => data?.user.role === "admin");
 */
export function derived<T>(session: Pick<Session, "get" | "listen">, pick: (view: SessionView) => T): Derived<T> {
  const get = (): T => pick(session.get());
  const listen = (listener: (value: T) => void): (() => void) => {
    let last = get();
    return session.listen((view) => {
      const value = pick(view);
      if (!Object.is(value, last)) listener((last = value));
    });
  };
  return {
    get,
    get value() {
      return get();
    },
    listen,
    subscribe(listener) {
      const stop = listen(listener);
      listener(get());
      return stop;
    },
  };
}
