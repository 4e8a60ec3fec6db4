import { ownerOf } from "./cookies.ts";
import type { SessionProblem } from "./problem.ts";

/** Where the Stayd server is, and how its cookies are read. */
export interface ServerOptions {
  /** Where the Stayd (or Better Auth) server is reached from here, with its base path: `http://127.0.0.1:3000/api/auth`. */
  url: string;
  /**
   * What the server signs cookies with: its `secret`, or several, each of which is accepted (`secretsFrom(process.env)`).
   * Without it the server is asked about every request that has a session cookie.
   */
  secret?: string | readonly string[];
  /** What the names of its cookies begin with. Default `better-auth`. */
  prefix?: string;
  /**
   * Names of further cookies that are the server's: those that a Better Auth server was told to call otherwise
   * (`advanced.cookies`), without `__Secure-`. No others are sent to it. Default: none.
   */
  cookies?: readonly string[];
  /**
   * Whether people reach the site over https: only cookies whose names begin with `__Secure-` count then, which no page of
   * another scheme can plant. By default those count where there are any, and others only in requests that came over http.
   */
  secure?: boolean;
  /**
   * Whether the names of its cookies begin with `__Host-` (the server's setting `cookie.host_prefix`): only those count then, which no
   * subdomain beside this host can plant. Default `false`.
   */
  hostPrefix?: boolean;
  /** The version of the session-data cookie (`cookieCache.version` of Better Auth). Default `1`. */
  version?: string;
  /** Whether the session-data cookie is believed for as long as it says. `false` asks the server each time. Default `true`. */
  cookieCache?: boolean;
  /** The longest that the server may take to say who is signed in, in seconds; what is forwarded may take six times as long. Default 5. */
  timeout?: number;
  /** Sends the requests to the server. Default: the `fetch` of the platform. */
  fetch?: typeof fetch;
  /** Hears of each kind of problem once, until it has gone. Default: a line on `console.error`. */
  onProblem?: (problem: SessionProblem) => void;
  /** The time, in ms since the epoch. */
  now?: () => number;
}

/** The options as they are used: checked, with every default in its place. */
export interface Settings {
  url: string;
  secrets: readonly string[];
  prefix: string;
  owns: (cookie: string) => boolean;
  secure: boolean | undefined;
  hostPrefix: boolean;
  version: string;
  cookieCache: boolean;
  timeout: number;
  fetch: typeof fetch;
  onProblem: (problem: SessionProblem) => void;
  now: () => number;
}

/** The longest time to wait for a server that makes sense, in s. */
const LONGEST = 60;

/** Options that make no sense throw, with their name and what they accept; never with the secret. */
export function settingsOf(options: ServerOptions): Settings {
  const { url, secret = [], prefix = "better-auth", cookies = [], timeout = 5, version = "1" } = options;
  const demand = (sensible: unknown, option: string, accepted: string): void => {
    if (!sensible) throw new TypeError(`staydServer: ${option} must be ${accepted}`);
  };
  const secrets = typeof secret === "string" ? [secret] : secret;
  demand(isAddress(url), "url", "an address with the base path, such as http://127.0.0.1:3000/api/auth");
  demand(Array.isArray(secrets) && secrets.every((one) => typeof one === "string" && one), "secret", "the server's secret, or a list of them");
  demand(/^[\w.-]{1,64}$/.test(prefix), "prefix", "1 to 64 of a-z, 0-9, _ . -");
  demand(Array.isArray(cookies) && cookies.every((one) => typeof one === "string" && one), "cookies", "a list of names");
  demand(timeout > 0 && timeout <= LONGEST, "timeout", `up to ${LONGEST} seconds`);
  demand(typeof version === "string", "version", "a text");
  return {
    url: url.replace(/\/+$/, ""),
    secrets,
    prefix,
    owns: ownerOf(prefix, cookies),
    secure: options.secure,
    hostPrefix: options.hostPrefix ?? false,
    version,
    cookieCache: options.cookieCache ?? true,
    timeout: timeout * 1000,
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    onProblem: options.onProblem ?? ((problem) => console.error(`stayd: ${problem.message}`)),
    now: options.now ?? Date.now,
  };
}

function isAddress(url: unknown): boolean {
  try {
    const { protocol, search, hash, username, password } = new URL(url as string);
    return /^https?:$/.test(protocol) && !search && !hash && !username && !password;
  } catch {
    return false;
  }
}

/**
 * The secrets that a Stayd server with this environment uses: `BETTER_AUTH_SECRETS` (`2:new,1:old`), else
 * `BETTER_AUTH_SECRET`, else `AUTH_SECRET`.
 */
export function secretsFrom(environment: Record<string, string | undefined>): string[] {
  const { BETTER_AUTH_SECRETS: several, BETTER_AUTH_SECRET: one, AUTH_SECRET: other } = environment;
  if (several) {
    const entries = several.split(",").map((entry) => entry.trim().replace(/^\d+:/, ""));
    return entries.filter((secret) => secret);
  }
  return [one || other].filter((secret): secret is string => !!secret);
}
