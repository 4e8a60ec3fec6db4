import type { SessionData } from "../backend.ts";
import { type Told, ask } from "./ask.ts";
import { type Cookies, cookieText, joinPieces, namesOf, ownCookies, readCookies } from "./cookies.ts";
import { macKey, openToken } from "./mac.ts";
import { createDoubts } from "./doubt.ts";
import type { Settings } from "./options.ts";
import { type Reporter, SessionProblem } from "./problem.ts";
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

const NOBODY: Reading = { data: null, setCookies: [] };

/** Reads requests: what the cookies prove by themselves, and else what the server says. */
export function createReader(settings: Settings, { report, recovered }: Reporter): (request: Request, options?: ReadOptions) => Promise<Reading> {
  const { secrets, prefix, owns, now } = settings;
  const keys = secrets.map((secret) => macKey(secret));
  const sessionData = sessionDataReader(secrets, keys, settings.version);
  const hostNames = namesOf(prefix, "__Host-");
  const secureNames = namesOf(prefix, "__Secure-");
  const plainNames = namesOf(prefix, "");
  const doubts = createDoubts(now, () => {
    const message = "The secret here is not the one that the Stayd server signs with; the server is asked about every request until it is";
    report(new SessionProblem("wrong-secret", message));
  });

  const namesFor = (cookies: Cookies, request: Request) => {
    if (settings.hostPrefix) return hostNames;
    const secure = settings.secure ?? (cookies.has(secureNames.token) || request.url.startsWith("https:"));
    return secure ? secureNames : plainNames;
  };

  const askServer = async (request: Request, cookies: Cookies, { fresh = false, renew = true, address }: ReadOptions): Promise<Told> => {
    const headers: Record<string, string> = { accept: "application/json", cookie: ownCookies(cookies, owns) };
    const agent = request.headers.get("user-agent");
    if (agent) headers["user-agent"] = agent;
    if (address) headers["x-forwarded-for"] = address;
    const { url, timeout, fetch } = settings;
    return ask({ url, owns, headers, fresh, mayRenew: renew, timeout, fetch });
  };

  return async (request, options = {}) => {
    const header = request.headers.get("cookie");
    if (!header) return NOBODY;
    const cookies = readCookies(header);
    const names = namesFor(cookies, request);
    const presented = cookieText(cookies, names.token);
    if (!presented) return NOBODY;
    const askNow = (): Promise<Told> => askServer(request, cookies, options);
    let told: Told | undefined;
    if (keys.length) {
      const text = settings.cookieCache && !options.fresh && joinPieces(cookies, names.data);
      const known = text && sessionData.recall(presented, text, now());
      if (known) return { data: known, setCookies: [] };
      const opened = await openToken(keys, presented);
      if (opened.kind === "broken") return NOBODY;
      // A stranger's, or a right one and the secret here is wrong.
      if (opened.kind === "foreign") {
        told = await doubts.about(presented, askNow);
        if (!told) return NOBODY;
      }
      const data = opened.kind === "signed" && text && (await sessionData.read(presented, text, opened.token, now()));
      if (data) return { data, setCookies: [] };
    }
    told ??= await askNow();
    if (told.problem) report(told.problem);
    else recovered();
    return told;
  };
}
