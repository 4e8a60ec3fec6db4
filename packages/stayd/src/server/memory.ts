// A browser sends the same cookies for minutes: what was found genuine is known by its bytes, the signed token's among them.
import type { SessionData } from "../backend.ts";
import { withoutTokens } from "./session-data.ts";

/** At least so many cookies are remembered, and at most twice as many, of some 3 kB each. */
const REMEMBERED = 1_000;

/** Characters at the end of a cookie, in all forms a good part of its signature: no two that are genuine have the same. */
const TAIL = 64;

/** What two cookies, found genuine, were found to say. */
export interface Genuine {
  /** The cookie of the token. */
  signed: string;
  /** The cookie of the session's data. */
  text: string;
  json: string;
  /** When it was found, and until when it is believed, in ms since the epoch. */
  from: number;
  until: number;
}

interface Entry extends Genuine {
  /** `json` is the person's session and nothing else. Most cookies never come again, and are spared the work. */
  isData?: boolean;
}

export function createMemory() {
  // The older half goes all at once: to look for the oldest would cost more than the rest.
  let [recent, older] = [new Map<string, Entry>(), new Map<string, Entry>()];
  const keep = (key: string, entry: Entry): void => {
    if (recent.size >= REMEMBERED) [recent, older] = [new Map(), recent];
    recent.set(key, entry);
  };
  return {
    remember(found: Genuine): void {
      keep(found.text.slice(-TAIL), found);
    },
    /** What these two cookies say, if they are known and it still holds at `now`. */
    recall(signed: string, text: string, now: number): SessionData | undefined {
      const key = text.slice(-TAIL);
      const young = recent.get(key);
      const entry = young ?? older.get(key);
      if (!entry || entry.signed !== signed || entry.text !== text || !(entry.from <= now && now < entry.until)) return undefined;
      if (!young) keep(key, entry);
      if (!entry.isData) {
        const { session, user } = JSON.parse(entry.json) as SessionData;
        Object.assign(entry, { json: JSON.stringify(withoutTokens({ session, user })), isData: true });
      }
      return JSON.parse(entry.json) as SessionData;
    },
  };
}
