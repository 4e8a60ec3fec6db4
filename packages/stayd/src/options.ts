import { sessionOf } from "./backends/stayd.ts";
import type { Backend, SessionData } from "./backend.ts";
import type { Config } from "./brain.ts";

/** How a session is kept. Times are in seconds. */
export interface SessionOptions<Credentials = unknown, Registration = unknown> {
  /** Where the server is mounted: a path, or an address. Default `/api/auth`. */
  url?: string | undefined;
  /** The protocol; default `stayd(url)`. */
  backend?: Backend<Credentials, Registration> | undefined;
  /** Tabs with the same name share a session. Default `stayd`; also the prefix of the storage keys. */
  name?: string | undefined;
  /** What the server rendered into the page: a session, or `null` for nobody. The first value is this, and no request is made. */
  initial?: SessionData | null | undefined;
  /** When sessions are renewed without being asked. Default `always`. */
  renewal?: "always" | "visible" | "manual" | undefined;
  /** A visible page asks the server again after so long without news; 0 for never. Default 300. */
  heartbeat?: number | undefined;
  /** The person is warned so long before the end; 0 for never. Default 300. */
  warning?: number | undefined;
  /**
   * The longest that a request may take until its answer begins: of the machine, and of `session.fetch`, waiting and sending and all.
   * What uploads much, or is answered late on purpose, is better sent by the page's own `fetch`. Default 15.
   */
  timeout?: number | undefined;
  /** Whether what is known of the person is kept in the browser, for the first value and while offline. Default `true`. */
  remember?: boolean | undefined;
  /** Where every tab goes when the person has signed out in one of them, once the server knows of it or cannot be told. */
  signedOutUrl?: string | undefined;
  /** Hears of each step: the event, and what was done. See `stayd/debug`. */
  debug?: ((step: DebugStep) => void) | false | undefined;
}

/** One step of the machine, in its own bytes. */
export interface DebugStep {
  at: number;
  event: number;
  verdict: number;
  effects: Uint8Array;
}

const NAME = /^[\w.-]{1,64}$/;
const RENEWALS = ["always", "visible", "manual"];

/** The longest time that makes sense, in s: a day. */
const LONGEST = 86_400;

/** The machine's configuration. Options that make no sense throw, with their name and what they accept. */
export function configOf<C, R>(options: SessionOptions<C, R>): Config {
  const {
    renewal = "always",
    name = "stayd",
    initial,
    url = "",
    signedOutUrl = "",
    backend,
    debug,
    remember = true,
    heartbeat,
    warning,
    timeout,
    ...unknown
  } = options;
  const refuse = (option: string, accepted: string): never => {
    throw new TypeError(`createSession: ${option} must be ${accepted}`);
  };
  const typed = (type: string, option: string, value: unknown): unknown => typeof value === type || refuse(option, `a ${type}`);
  const time = (option: string, seconds: number, least: number): number =>
    Math.min(Math.max(seconds, least), LONGEST) === seconds ? seconds * 1000 : refuse(option, `${least} to ${LONGEST} seconds`);
  for (const option in unknown) refuse(option, "absent");
  const renewalIs = RENEWALS.indexOf(renewal);
  if (renewalIs < 0) refuse("renewal", RENEWALS.join(", "));
  typed("string", "name", name);
  if (!NAME.test(name)) refuse("name", `${NAME}`);
  typed("string", "url", url);
  typed("string", "signedOutUrl", signedOutUrl);
  typed("boolean", "remember", remember);
  if (backend != null) for (const call of ["check", "signOut"] as const) typed("function", `backend.${call}`, backend[call]);
  // `debug: development && log` is nobody to tell: a function stands in for it here.
  typed("function", "debug", debug || refuse);
  if (initial && sessionOf(initial).kind !== "session") refuse("initial", "{session, user}");
  return {
    renewal: renewalIs,
    heartbeat: time("heartbeat", heartbeat ?? 300, 0),
    warning: time("warning", warning ?? 300, 0),
    timeout: time("timeout", timeout ?? 15, 1),
  };
}
