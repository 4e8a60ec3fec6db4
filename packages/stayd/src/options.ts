import type { Backend, SessionData } from "./backend.ts";
import type { Config } from "./brain.ts";

/** How a session is kept. Times are in seconds. */
export interface SessionOptions<Credentials, Registration> {
  /** Where the server is mounted: a path, or an address. Default `/api/auth`. */
  url?: string;
  /** The protocol; default `stayd(url)`. */
  backend?: Backend<Credentials, Registration>;
  /** Tabs with the same name share a session. Default `stayd`; also the prefix of the storage keys. */
  name?: string;
  /** What the server rendered into the page: a session, or `null` for nobody. The first value is this, and no request is made. */
  initial?: SessionData | null;
  /** When sessions are renewed without being asked. Default `always`. */
  renewal?: "always" | "visible" | "manual";
  /** A visible page asks the server again after so long without news; 0 for never. Default 300. */
  heartbeat?: number;
  /** The person is warned so long before the end; 0 for never. Default 300. */
  warning?: number;
  /** The longest that a request may take. Default 15. */
  timeout?: number;
  /** Whether what is known of the person is kept in the browser, for the first value and while offline. Default `true`. */
  remember?: boolean;
  /** Where every tab goes when the person has signed out in one of them. */
  signedOutUrl?: string;
  /** Hears of each step: the event, and what was done. See `stayd/debug`. */
  debug?: (step: DebugStep) => void;
}

/** One step of the machine, in its own bytes. */
export interface DebugStep {
  at: number;
  event: number;
  verdict: number;
  effects: Uint8Array;
}

const RENEWALS = ["always", "visible", "manual"];

/** Options that make no sense throw, with their name and what they accept. */
function demand(sensible: boolean, name: string, accepted: string): void {
  if (!sensible) throw new TypeError(`createSession: \`${name}\` must be ${accepted}`);
}

/** The machine's configuration, from options that have been looked at. */
export function configOf<C, R>(options: SessionOptions<C, R>): Config {
  const { renewal = "always", heartbeat = 300, warning = 300, timeout = 15, name = "stayd", initial, url, backend, debug } = options;
  const seconds = (value: unknown, key: string, least: number, most: number): number => {
    const fits = typeof value === "number" && (value >= least || value === 0) && value <= most && (value > 0 || least === 0 || key !== "timeout");
    demand(fits, key, `a number of seconds from ${least} to ${most}${key === "timeout" ? "" : ", or 0"}`);
    return Math.round((value as number) * 1000);
  };
  demand(RENEWALS.includes(renewal), "renewal", RENEWALS.join(", "));
  demand(typeof name === "string" && /^[\w.-]{1,64}$/.test(name), "name", "1 to 64 letters, digits, dots or dashes");
  demand(url === undefined || typeof url === "string", "url", "a path or an address");
  demand(backend === undefined || typeof backend?.check === "function", "backend", "a backend such as stayd()");
  demand(debug === undefined || typeof debug === "function", "debug", "a function");
  demand(initial === undefined || initial === null || !!(initial.session?.id && initial.user?.id), "initial", "what get-session answers, or null");
  return {
    renewal: RENEWALS.indexOf(renewal),
    heartbeat: seconds(heartbeat, "heartbeat", 5, 86_400),
    warning: seconds(warning, "warning", 5, 86_400),
    fresh: 5000,
    timeout: seconds(timeout, "timeout", 1, 120),
  };
}
