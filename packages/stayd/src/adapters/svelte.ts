import { getContext, setContext } from "svelte";
import { createSubscriber } from "svelte/reactivity";
import { type AnySession, type Pick, type SessionView, type StaydSession, demand, whole } from "./session.ts";

const KEY = Symbol("stayd");

/** Gives a session to all components inside the one that calls this. */
export const setSession = <S extends AnySession>(session: S): S => setContext(KEY, session);

/** The session itself, to act on; also a store: `const session = getSession()`, then `$session.data`. */
export const getSession = <S extends AnySession = StaydSession>(): S => demand<S>(getContext<AnySession>(KEY), "setSession(session)");

/** A value that runes follow. */
export interface Current<T> {
  readonly current: T;
}

/** A session as runes follow it, also outside of components: all of it, or the part that `pick` answers. */
export function fromSession(session: AnySession): Current<SessionView>;
export function fromSession<T>(session: AnySession, pick: Pick<T>): Current<T>;
export function fromSession(session: AnySession, pick: Pick<unknown> = whole): Current<unknown> {
  // One subscription for all who follow, ended with the last of them.
  const follow = createSubscriber((update) => {
    let last = pick(session.get());
    return session.listen((view) => {
      if (last !== (last = pick(view))) update();
    });
  });
  return {
    get current() {
      follow();
      return pick(session.get());
    },
  };
}

/** What the page sees, or the part of it that `pick` answers, of the session that `setSession` has put in place. */
export function useSession(): Current<SessionView>;
export function useSession<T>(pick: Pick<T>): Current<T>;
export function useSession(pick: Pick<unknown> = whole): Current<unknown> {
  return fromSession(getSession(), pick);
}
