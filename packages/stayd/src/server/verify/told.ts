// What the feed has told: which sessions are over, and what is in doubt.

/** How many sessions and people are remembered at most. Beyond it everything from before is in doubt, and asked about. */
const REMEMBERED = 100_000;

/** A piece of news, as the server says it. Moments are in ms since the epoch, durations in ms. */
export type News =
  | { event: "begins"; before: number; kept: number; heartbeat: number }
  | { event: "ended"; sid: string; at: number }
  | { event: "doubted"; before: number; sid?: string; sub?: string }
  | { event: "caught-up" };

/** Since when something is known: signed by the server at a moment, or asked when so many things had been told. */
export type Known = { at: number } | { count: number };

export type Belief = "holds" | "ended" | "doubted";

interface Doubt {
  before: number;
  count: number;
}

const covers = (doubt: Doubt | undefined, known: Known): boolean =>
  !!doubt && ("at" in known ? known.at <= doubt.before : known.count < doubt.count);

export interface Told {
  /** How many things were told. */
  count(): number;
  isHeard(patience?: number): boolean;
  belief(session: { sessionId: string; userId: string }, known: Known, patience: number): Belief;
  hasEnded(sessionId: string): boolean;
  take(news: News): void;
  heard(): void;
  lost(): void;
  /** The longest silence that is no loss, in ms. */
  silence(): number;
}

/** `steady`: a clock that nobody sets, in ms; `now`: the time, in ms since the epoch. */
export function createTold(steady: () => number, now: () => number): Told {
  const ended = new Map<string, number>();
  const sessions = new Map<string, Doubt>();
  const people = new Map<string, Doubt>();
  let everybody: Doubt = { before: 0, count: 0 };
  let [count, caughtUp, heardAt, heartbeat, kept, sweptAt] = [0, false, -Infinity, 1000, 3_600_000, 0];

  const size = (): number => ended.size + sessions.size + people.size;
  const keepWithinBounds = (): void => {
    if (size() <= REMEMBERED && now() - sweptAt < 60_000) return;
    sweptAt = now();
    const oldest = sweptAt - kept;
    for (const [id, at] of ended) if (at < oldest) ended.delete(id);
    for (const doubts of [sessions, people]) for (const [id, { before }] of doubts) if (before < oldest) doubts.delete(id);
    if (size() <= REMEMBERED) return;
    for (const all of [ended, sessions, people]) all.clear();
    everybody = { before: Math.max(everybody.before, sweptAt), count };
  };
  // Three signs of life missing: the connection is dead, although nothing says so.
  const isHeard = (patience = 0): boolean => steady() - heardAt < heartbeat * 3 + patience && (caughtUp || patience > 0);

  return {
    count: () => count,
    isHeard,
    silence: () => heartbeat * 3,
    hasEnded: (id) => ended.has(id),
    heard: () => void (heardAt = steady()),
    lost: () => void (caughtUp = false),
    belief({ sessionId, userId }, known, patience) {
      if (ended.has(sessionId)) return "ended";
      const doubted =
        !isHeard(patience) || covers(everybody, known) || covers(sessions.get(sessionId), known) || covers(people.get(userId), known);
      return doubted ? "doubted" : "holds";
    },
    take(news) {
      count++;
      if (news.event === "begins") {
        // Ends are ends, whoever tells of them; what was in doubt is covered by this.
        everybody = { before: news.before, count };
        [kept, caughtUp] = [news.kept, false];
        heartbeat = Math.min(Math.max(news.heartbeat, 100), 60_000);
      } else if (news.event === "ended") ended.set(news.sid, news.at);
      else if (news.event === "caught-up") caughtUp = true;
      else {
        const doubt = { before: news.before, count };
        if (news.sid !== undefined) sessions.set(news.sid, doubt);
        else if (news.sub !== undefined) people.set(news.sub, doubt);
        else everybody = doubt;
      }
      keepWithinBounds();
    },
  };
}
