import { type ReadableAtom, atom, computed, onMount } from "nanostores";
import type { SessionData } from "../backend.ts";
import type { Csrf } from "../tokens.ts";
import type { AnySession, Pick, SessionView } from "./session.ts";

/** A session as nanostores. They listen to the session only while somebody listens to them. */
export interface SessionStores {
  /** What the page sees. */
  $session: ReadableAtom<SessionView>;
  /** Who is signed in; told of anew only when something about the person has changed, not when the session was renewed. */
  $user: ReadableAtom<SessionData["user"] | null>;
  /** A store of one's own: `const $isAdmin = derive(({ data }) => data?.user.role === "admin")`. */
  derive<T>(pick: Pick<T>): ReadableAtom<T>;
}

export function sessionStores(session: AnySession): SessionStores {
  const $session = atom(session.get());
  onMount($session, () => session.subscribe($session.set));
  let user: SessionData["user"] | null = null;
  return {
    $session,
    $user: computed($session, ({ data }) => {
      const now = data?.user ?? null;
      if (JSON.stringify(now) !== JSON.stringify(user)) user = now;
      return user;
    }),
    derive: (pick) => computed($session, pick),
  };
}

/**
 * The token of `createCsrf()`, or of `csrf().tokens`, as a nanostore: `const $csrfToken = csrfStore(tokens)`. It follows the token, which
 * follows the server; to change it is `tokens.adopt`.
 */
export function csrfStore(tokens: Csrf): ReadableAtom<string | null> {
  const $csrfToken = atom(tokens.get());
  onMount($csrfToken, () => tokens.subscribe($csrfToken.set));
  return $csrfToken;
}
