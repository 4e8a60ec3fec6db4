import type { SessionData } from "../backend.ts";
import { type Told, ask } from "./ask.ts";
import { type Cookies, cookieText, joinPieces, namesOf, ownCookies, readCookies } from "./cookies.ts";
import { macKey, openToken } from "./mac.ts";
import type { Settings } from "./options.ts";
import { SessionProblem, createReporter } from "./problem.ts";
import { sessionDataReader } from "./session-data.ts";

/** Who has sent a request. */
export interface Reading {
  /**
   * What `createSession({ initial })` takes: the session and its person, without any token; `null` for nobody; `undefined`
   * when the server could not say (the page then finds out for itself, and shows whom it remembers).
   */
  data: SessionData | null | undefined;
  /** `Set-Cookie` values that the answer must carry to the browser. */
  setCookies: string[];
  /** Why `data` is `undefined`. */
  problem?: SessionProblem;
}

export interface ReadOptions {
  /** Only what the server's store says now counts, not a copy in a cookie. For pages that show or do what matters. */
  fresh?: boolean;
  /** `false` where the answer cannot carry cookies: the session is not renewed then. Default `true` where the cookies are given out. */
  renew?: boolean;
  /** The visitor's address, where it is known; the server must count this program among its `trusted_proxies`. */
  address?: string | undefined;
}

/**
 * At least so long between two questions about cookies that do not verify, in ms. They come from strangers, who must not be
 * able to have the server asked at will; and yet a wrong secret here is to be noticed.
 */
const DOUBT = 10_000;

const NOBODY: Reading = { data: null, setCookies: [] };

/** Reads requests: what the cookies prove by themselves, and else what the server says. */
export function createReader(settings: Settings): (request: Request, options?: ReadOptions) => Promise<Reading> {
  const { secrets, prefix, now } = settings;
  const keys = secrets.map((secret) => macKey(secret));
  const sessionData = sessionDataReader(secrets, keys, settings.version);
  const secureNames = namesOf(prefix, true);
  const plainNames = namesOf(prefix, false);
  const { report, recovered } = createReporter(settings.onProblem);
  let doubtsAgainAt = -Infinity;
  let wrongSecret = false;

  const namesFor = (cookies: Cookies, request: Request) => {
    const secure = settings.secure ?? (cookies.has(secureNames.token) || request.url.startsWith("https:"));
    return secure ? secureNames : plainNames;
  };

  const askServer = async (request: Request, cookies: Cookies, { fresh = false, renew = true, address }: ReadOptions): Promise<Told> => {
    const headers: Record<string, string> = { accept: "application/json", cookie: ownCookies(cookies, prefix) };
    const agent = request.headers.get("user-agent");
    if (agent) headers["user-agent"] = agent;
    if (address) headers["x-forwarded-for"] = address;
    const { url, timeout, fetch } = settings;
    return ask({ url, prefix, headers, fresh, mayRenew: renew, timeout, fetch });
  };

  /** A cookie that none of the secrets made: a stranger's, or a right one and the secret here is wrong. Now and then the server is asked. */
  const inDoubt = async (request: Request, cookies: Cookies, options: ReadOptions): Promise<Reading> => {
    if (!wrongSecret && now() < doubtsAgainAt) return NOBODY;
    doubtsAgainAt = now() + DOUBT;
    const told = await askServer(request, cookies, options);
    if (told.data) {
      wrongSecret = true;
      const message = "The secret here is not the one that the Stayd server signs with; the server is asked about every request until it is";
      report(new SessionProblem("wrong-secret", message));
    }
    return told.data === undefined && !wrongSecret ? NOBODY : told;
  };

  return async (request, options = {}) => {
    const header = request.headers.get("cookie");
    if (!header) return NOBODY;
    const cookies = readCookies(header);
    const names = namesFor(cookies, request);
    const presented = cookieText(cookies, names.token);
    if (!presented) return NOBODY;
    if (keys.length) {
      const text = settings.cookieCache && !options.fresh && joinPieces(cookies, names.data);
      const known = text && sessionData.recall(presented, text, now());
      if (known) return { data: known, setCookies: [] };
      const opened = await openToken(keys, presented);
      if (opened.kind === "broken") return NOBODY;
      if (opened.kind === "foreign") return inDoubt(request, cookies, options);
      const data = text && (await sessionData.read(presented, text, opened.token, now()));
      if (data) return { data, setCookies: [] };
    }
    const told = await askServer(request, cookies, options);
    if (told.problem) report(told.problem);
    else recovered();
    return told;
  };
}
