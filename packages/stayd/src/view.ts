import type { SessionData, SessionError, Trouble } from "./backend.ts";
import { TROUBLES } from "./brain.ts";

/** What the page sees. A new object whenever something in it changes, and only then. */
export interface SessionView {
  /** `initial`: nobody is signed in. `loading`: the server has yet to say. `error`: it cannot be asked, and nothing is confirmed. */
  readonly status: "initial" | "loading" | "active" | "error";
  /** Whom to show: nobody, somebody of whom the server has yet to say or to show more, or somebody whom it has confirmed. */
  readonly identity: "anonymous" | "rehydrating" | "active";
  /** The person and the session, as the server describes them; the same object while it says the same. */
  readonly data: SessionData | null;
  /** Whether the server has yet to say who is signed in, and there is nobody to show: also while it cannot be asked, which `error` then says. */
  readonly isPending: boolean;
  /** Whether the server has confirmed this, and nothing has failed since. */
  readonly verified: boolean;
  /** Whether the page may change things: somebody is signed in, confirmed, online, and not at the end. */
  readonly canMutate: boolean;
  /** Whether the session has reached its end, or has been ended by the server. */
  readonly expired: boolean;
  /** Why nobody is signed in. */
  readonly ended: null | "signed-out" | "expired" | "revoked";
  /** Whether the browser says that there is no network. */
  readonly offline: boolean;
  /** Whether requests wait for a renewal. */
  readonly holding: boolean;
  /** Minutes until the end where a warning is due, else 0. */
  readonly minutesLeft: number;
  /** What went wrong last, until something goes right. */
  readonly error: SessionError | null;
}

const STATUS = ["initial", "loading", "active", "error"] as const;
const IDENTITY = ["anonymous", "rehydrating", "active"] as const;
const ENDED = [null, "signed-out", "expired", "revoked"] as const;

/** An error of this package by its word. */
export const failure = (code: string): SessionError => ({ code, message: `Session: ${code}` });

/** What this tab's last request was answered, in more words than the machine keeps. */
export interface Said {
  trouble?: Trouble | undefined;
  error: SessionError;
}

/** The view from its bytes (`stayd_core::codec::steps`). */
export function readView(bytes: Uint8Array | number[], data: SessionData | null, said?: Said): SessionView {
  const [status, identity, verified, canMutate, expired, offline, holding, minutesLeft, trouble, ended] = bytes;
  return Object.freeze({
    status: STATUS[status!]!,
    identity: IDENTITY[identity!]!,
    data,
    isPending: !!(status! & 1) && !data && !verified,
    verified: !!verified,
    canMutate: !!canMutate,
    expired: !!expired,
    ended: ENDED[ended!]!,
    offline: !!offline,
    holding: !!holding,
    minutesLeft: minutesLeft!,
    // The trouble may be another tab's, or another one since.
    error: trouble ? (TROUBLES[trouble] === said?.trouble ? said!.error : failure(TROUBLES[trouble]!)) : null,
  });
}
