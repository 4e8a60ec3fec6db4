// What adapters need of a session, and what all of them take.
import type { Credentials, Registration } from "../backends/stayd.ts";
import type { Session } from "../session.ts";
import type { SessionView } from "../view.ts";

export type { SessionView };

/** Any session: what signs people in is the page's business. */
export type AnySession = Session<any, any>;

/** The session of a page that names no backend of its own. */
export type StaydSession = Session<Credentials, Registration>;

/** What a component shows of a session. A component is told only when this is another value. */
export type Pick<T> = (view: SessionView) => T;

/** Shows all of it. */
export const whole = (view: SessionView): unknown => view;

/** The session that a page has put in place, or an error that says how. */
export function demand<S extends AnySession>(session: AnySession | null | undefined, how: string): S {
  if (!session) throw new Error(`stayd: no session here; ${how} comes first`);
  return session as S;
}
