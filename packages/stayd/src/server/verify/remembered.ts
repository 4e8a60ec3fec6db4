import type { Known } from "./told.ts";

/** Who sent a request. Times are in ms since the epoch. */
export interface VerifiedSession {
  /** Names the session; no secret. */
  sessionId: string;
  /** Whose it is. */
  userId: string;
  /** When the person signed in. */
  signedInAt: number;
  /** When what was shown ends: the session, or the access token. */
  expiresAt: number;
  /** The program that an access token was given to, where it is named. */
  clientId?: string;
  /** What is known of the person. Cookies say it; access tokens hold nothing personal. */
  user?: { id: string; name?: string; email?: string; [more: string]: unknown };
}

/** A session, since when it is known, and until when that may be believed if nothing else is heard (ms since the epoch). */
export interface Checked {
  session: VerifiedSession;
  known: Known;
  until: number;
}

/**
 * What is longer is looked at afresh each time, in characters: whoever is signed in can vary what stands beside their own token, and must not
 * fill the memory with it.
 */
const LONGEST = 8 * 1024;

/** What was found genuine, by its text. Whether it still holds is asked each time. */
export function createRemembered(room: number) {
  // The older half goes all at once: to look for the oldest would cost more than the rest.
  let [recent, older] = [new Map<string, Checked>(), new Map<string, Checked>()];
  const set = (shown: string, checked: Checked): void => {
    if (shown.length > LONGEST) return;
    if (recent.size >= room) [recent, older] = [new Map(), recent];
    recent.set(shown, checked);
  };
  return {
    set,
    get(shown: string): Checked | undefined {
      const young = recent.get(shown);
      const found = young ?? older.get(shown);
      if (found && !young) set(shown, found);
      return found;
    },
    delete(shown: string): void {
      recent.delete(shown);
      older.delete(shown);
    },
    clear(): void {
      [recent, older] = [new Map(), new Map()];
    },
  };
}
