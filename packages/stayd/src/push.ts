// The entry `stayd/push`: the server says at once what becomes of the session, instead of being asked now and then.
import type { AnySession } from "./adapters/session.ts";
import type { Channel, Connection } from "./connections.ts";
import { type Changed, channelOf } from "./documents/changes.ts";
import { tellEnd } from "./ended.ts";

export interface PushOptions {
  /** Where the server is mounted: a path, or an address. Default `/api/auth`. */
  url?: string;
  /** Tabs with the same name share one stream: the session's own `name`. Default `stayd`. */
  name?: string;
}

/** The stream as one tab sees it. */
export interface PushStream extends Connection {
  /** `waiting`: another tab holds the stream, and tells this one through the session. `pausing`: tried again in a while. */
  readonly state: "waiting" | "connecting" | "open" | "pausing" | "closed";
}

/** What the server says of how things stand. */
interface Standing {
  expiresAt?: string;
  userUpdatedAt?: string;
  documentsRevision?: number;
}

/** How long to wait after the first failure and at most, in ms. The browser itself comes back to a stream that merely broke off. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 300_000;

/**
 * Keeps one stream of the server's events open for the whole browser while somebody is signed in. On an event the session asks the
 * server, and tells every tab. `stop()` of the answer ends it in this tab.
 */
export function connectPush(session: AnySession, { url = "/api/auth", name = "stayd" }: PushOptions = {}): Channel<PushStream> {
  // With a new credential the stream goes on: the server knows it by its session.
  return session.channel(
    () => createStream(session, `${url}/events`, name),
    () => {},
  );
}

function createStream(session: AnySession, url: string, name: string): PushStream {
  let state: PushStream["state"] = "closed";
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let wait = new AbortController();
  let release = (): void => {};
  const life = new AbortController();

  const ask = (): void => void session.refresh();
  /** Asks where what the server says is not what the page shows: most often it is, for this very browser did it. */
  const compare = ({ data }: MessageEvent<string>): void => {
    const { expiresAt, userUpdatedAt } = JSON.parse(data) as Standing;
    const shown = session.get().data;
    if ((expiresAt && expiresAt !== shown?.session.expiresAt) || (userUpdatedAt && userUpdatedAt !== shown?.user["updatedAt"])) ask();
  };

  /** For `stayd/documents`, in every tab: it reads what is out of date. */
  const tellDocuments = ({ data }: MessageEvent<string>): void => {
    const { name: document = null, revision, documentsRevision } = JSON.parse(data) as Standing & Partial<Changed>;
    const change = { user: session.get().data?.user.id, name: document, revision: revision ?? documentsRevision ?? 0 } satisfies Changed;
    if (typeof BroadcastChannel === "undefined") return;
    const channel = new BroadcastChannel(channelOf(name));
    channel.postMessage(change);
    channel.close();
  };

  const connect = (): void => {
    state = "connecting";
    source = new EventSource(url, { withCredentials: true });
    source.onopen = () => {
      state = "open";
      failures = 0;
    };
    source.onerror = () => {
      state = "connecting";
      // Refused: the session may be over, or there are too many streams, or the server has none.
      if (source?.readyState === EventSource.CLOSED) fail();
    };
    for (const event of ["session", "renewed", "user-changed"]) source.addEventListener(event, compare);
    source.addEventListener("check", ask);
    for (const event of ["session", "check", "document-changed"]) source.addEventListener(event, tellDocuments);
    // Replaced by this very browser, whose answer with the new credential may be under way: asked with the old one, the server would say
    // that nobody is signed in.
    source.addEventListener("session-ended", ({ data }) => {
      const { reason, session: id } = JSON.parse(data) as { reason: string; session?: string };
      // Shown before it is asked for: the server has said so, and of which one.
      tellEnd(name, id, reason);
      fail(reason === "replaced");
    });
  };

  const fail = (isOwnDoing = false): void => {
    source?.close();
    state = "pausing";
    if (!failures && !isOwnDoing) ask();
    const pause = Math.min(FIRST_PAUSE * 2 ** failures++, LONGEST_PAUSE);
    timer = setTimeout(connect, pause * (0.5 + Math.random() / 2));
  };

  /** Connects once no other tab is connected; without Web Locks each tab is. */
  const begin = (): void => {
    const locks = navigator.locks as LockManager | undefined;
    if (!locks) return connect();
    state = "waiting";
    wait = new AbortController();
    const { signal } = wait;
    const held = locks.request(`stayd:push:${name}`, { signal }, () => {
      if (signal.aborted) return;
      connect();
      return new Promise<void>((resolve) => (release = resolve));
    });
    // Refused where storage is denied; an abort is this tab's own.
    held.catch(() => signal.aborted || connect());
  };

  const end = (): void => {
    wait.abort();
    clearTimeout(timer);
    source?.close();
    release();
    state = "closed";
  };

  // A page that is being rendered on a server listens to nobody.
  if (typeof document !== "undefined") {
    const { signal } = life;
    // A page with a lock is not kept for the way back; when it is shown again it gets in line.
    addEventListener("pagehide", end, { signal });
    addEventListener("pageshow", ({ persisted }) => persisted && begin(), { signal });
    begin();
  }
  return {
    get state() {
      return state;
    },
    close() {
      life.abort();
      end();
    },
  };
}
