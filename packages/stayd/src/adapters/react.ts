import { type ReactElement, type ReactNode, createContext, createElement, useContext, useMemo, useState, useSyncExternalStore } from "react";
import { type AnySession, type Pick, type SessionView, type StaydSession, demand, whole } from "./session.ts";

const Context = createContext<AnySession | null>(null);

/** The session of this page, where a provider was to create it. */
let own: AnySession | undefined;

/** Once for a page, however often React renders; once for each rendering on a server, where nobody may meet another's. */
const created = (create: () => AnySession): AnySession => (typeof document === "undefined" ? create() : (own ??= create()));

/**
 * Gives a session to all components inside. A function creates it: called once in a browser, whatever the number of providers, and once for
 * each request on a server, which is where `createSession({ initial })` belongs. A second session of a page is handed over as an object.
 */
export function SessionProvider({ session, children }: { session: AnySession | (() => AnySession); children?: ReactNode }): ReactElement {
  const [made] = useState(() => (typeof session === "function" ? created(session) : null));
  return createElement(Context.Provider, { value: made ?? (session as AnySession) }, children);
}

/** The session itself, to act on: `const { signIn, signOut } = useSessionActions()`. Never renders anything anew. */
export const useSessionActions = <S extends AnySession = StaydSession>(): S => demand<S>(useContext(Context), "<SessionProvider>");

/** What the page sees: `{ data, isPending, error, ... }`, or the part of it that `pick` answers. Renders anew when that changes. */
export function useSession(): SessionView;
export function useSession<T>(pick: Pick<T>): T;
export function useSession(pick: Pick<unknown> = whole): unknown {
  const session = useSessionActions();
  // The same snapshot while the view is the same, also where `pick` makes a new object each time.
  const [get, getRendered] = useMemo(() => [kept(session.get, pick), kept(() => session.rendered, pick)] as const, [session, pick]);
  return useSyncExternalStore(session.listen, get, getRendered);
}

function kept<T>(view: () => SessionView, pick: Pick<T>): () => T {
  let last: SessionView | undefined;
  let value: T;
  return () => {
    const now = view();
    if (now !== last) value = pick((last = now));
    return value;
  };
}
