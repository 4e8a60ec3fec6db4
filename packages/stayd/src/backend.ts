import type { TROUBLES } from "./brain.ts";

/** Why nothing could be concluded from a request. */
export type Trouble = Exclude<(typeof TROUBLES)[number], "">;

/** What pages show of a session: any JSON, and never a token. */
export interface SessionData {
  session: SessionFields;
  user: UserFields;
}

/** What is known of a session. An application whose server says more names it: `declare module "stayd" { interface SessionFields { .. } }`. */
export interface SessionFields {
  id: string;
  userId: string;
  expiresAt: string;
  [more: string]: unknown;
}

/** What is known of a person; those named here are the protocol's. An application names its own as with {@link SessionFields}. */
export interface UserFields {
  id: string;
  name?: string | undefined;
  email?: string | undefined;
  emailVerified?: boolean | undefined;
  image?: string | null | undefined;
  [more: string]: unknown;
}

/** What went wrong, for code to act on; `message` is for people. */
export interface SessionError {
  /**
   * Stable: a trouble's word; `ended`, `queue-full`, `disposed`, `timeout`; `no-session` where a sign-in was granted and nobody is signed
   * in; `not-offered` where `csrf()` was given no `signIn`; the server's own code such as `INVALID_EMAIL_OR_PASSWORD`, or `HTTP_404` where
   * it names none; or what a backend answered
   * (`declined`) without saying why.
   */
  code: string;
  message: string;
  /** The HTTP status, where there was one. */
  status?: number;
  /** How long the server asks to wait, in ms, where it does. */
  retryAfter?: number;
}

/** What came of a request to the server. Durations are in ms and count from when the request was sent. */
export type Answer<Data = SessionData> =
  | {
      kind: "session";
      data: Data;
      /** Keys of the session and of its person. */
      id: string;
      userId: string;
      /** Until a renewal is to be asked for (finite), until the session is over, until its credential stops working (default: its end). */
      renewsIn: number;
      endsIn: number;
      lapsesIn?: number;
      /** When the session was made, in ms since 1970 by the server's clock: tabs tell by it what is newer after storage was wiped. */
      createdAt?: number;
    }
  /** The server says in so many words that nobody is signed in. */
  | { kind: "nobody" }
  /**
   * A command was understood and not granted; or a renewal was refused whose credential still works. To a check it is the same as `nobody`; after
   * a renewal whose credential has lapsed, as far as is known here, a check follows.
   */
  | { kind: "declined"; error?: SessionError }
  /** Another request had already replaced the credential of this one. */
  | { kind: "superseded" }
  /** Nothing can be concluded. `retryAfter`: what the server asked for, in ms. */
  | { kind: "failed"; trouble: Trouble; retryAfter?: number; error?: SessionError };

/** One of a person's sessions, as the inventory shows it. */
export interface SessionEntry {
  id: string;
  createdAt: string;
  expiresAt: string;
  ipAddress: string | null;
  userAgent: string | null;
  current: boolean;
}

/**
 * What a server's protocol is, in a handful of functions; the machine is the same for all. Each sends its requests with the
 * signal, answers what came of them, and may throw (which counts as `unreachable`). Nobody calls them twice at once in one
 * browser, and none is retried by anybody but the machine. `docs/backends.md` shows one in forty lines.
 */
export interface Backend<Credentials = unknown, Registration = unknown> {
  /** Who is signed in? */
  check(signal: AbortSignal): Promise<Answer>;
  /** A later end, or the next credential; by default the same as `check`. */
  renew?(signal: AbortSignal): Promise<Answer>;
  signIn(credentials: Credentials, signal: AbortSignal): Promise<Answer>;
  signUp?(registration: Registration, signal: AbortSignal): Promise<Answer>;
  signOut(signal: AbortSignal): Promise<Answer>;
  /** Changes what is known of the person, and answers the session as it is then. */
  update?(changes: Record<string, unknown>, signal: AbortSignal): Promise<Answer>;
  /** Sends the requests of `session.fetch`; by default the page's own `fetch`. */
  fetch?: typeof globalThis.fetch | undefined;
  /** The inventory, through the session's own `fetch`. */
  list?(fetch: typeof globalThis.fetch, current: string): Promise<SessionEntry[]>;
  end?(id: string, fetch: typeof globalThis.fetch): Promise<void>;
  endOthers?(fetch: typeof globalThis.fetch): Promise<void>;
}
