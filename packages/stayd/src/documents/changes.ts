/** What `stayd/push` tells every tab: a document of `user` changed; without a name, any of them may have, up to this revision. */
export interface Changed {
  user: string | undefined;
  name: string | null;
  revision: number;
}

/** Where the tabs of a session called `name` hear of changed documents. */
export const channelOf = (name: string): string => `stayd:1:documents:${name}`;

/** What was read so long ago is read again when somebody looks at the page, in ms. */
const FRESH = 5000;

/**
 * Listens to what the tab with the stream says, this one or another. When somebody looks at the page again, what was `seen` longer ago than so
 * many ms may be out of date.
 */
export function listenForChanges(name: string, changed: (change: Changed) => void, seen: (age: number) => void): () => void {
  const life = new AbortController();
  const { signal } = life;
  // Where there is none, looking is all there is.
  if (typeof BroadcastChannel !== "undefined") {
    const channel = new BroadcastChannel(channelOf(name));
    channel.onmessage = ({ data }: MessageEvent<Partial<Changed> | null>) => {
      // Anybody on this origin can write here.
      if (typeof data?.revision === "number") changed({ user: data.user, name: data.name ?? null, revision: data.revision });
    };
    signal.addEventListener("abort", () => channel.close());
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && seen(FRESH), { signal });
  for (const event of ["focus", "online"]) addEventListener(event, () => seen(FRESH), { signal });
  // What was said while the page was kept for the way back it has not heard.
  addEventListener("pageshow", ({ persisted }) => persisted && seen(0), { signal });
  return () => life.abort();
}
