import type { SessionData } from "../backend.ts";
import type { Reading } from "./read.ts";
import { plain } from "./path.ts";
import { safeReturnPath } from "./return-path.ts";

export interface GuardOptions {
  /** Where people sign in: a path of this site, or an address. Default `/sign-in`. */
  to?: string;
  /** The query parameter that says where they wanted to go. Default `next`. */
  parameter?: string;
  /** Where the visitor is, where that is not the request's own address. */
  url?: URL;
}

/** What a guard says: go on with this session, or give this answer instead. */
export type Guarded = { data: SessionData; response?: undefined } | { data?: undefined; response: Response };

const NOWHERE = "http://stayd.invalid";

/** Where somebody who is not signed in is sent: `to`, and the way back in its query. */
export function signInAddress(from: URL | string, { to = "/sign-in", parameter = "next" }: GuardOptions = {}): string {
  const wanted = new URL(from, NOWHERE);
  const target = new URL(to, NOWHERE);
  const back = safeReturnPath(wanted.pathname + wanted.search, "");
  // A sign-in page that leads back to itself leads nowhere.
  if (back && wanted.pathname !== target.pathname) target.searchParams.set(parameter, back);
  return target.origin === NOWHERE ? target.pathname + target.search + target.hash : target.href;
}

/**
 * Lets signed-in people pass. Others are sent to sign in if they were looking at a page, else refused with 401; where nobody
 * could say who they are, with 503, for to send them away would be wrong if they are signed in.
 */
export function guard(request: Request, reading: Reading, options: GuardOptions = {}): Guarded {
  const { data, problem } = reading;
  if (data) return { data };
  if (data === undefined) {
    const retryAfter = String(problem?.retryAfter ?? 1);
    const response = answer(503, { "retry-after": retryAfter }, "Who is signed in cannot be told at the moment. Please try again.");
    return { response: finish(response, reading) };
  }
  const response = isNavigation(request)
    ? answer(303, { location: signInAddress(options.url ?? request.url, options) })
    : answer(401, { "content-type": "application/json" }, JSON.stringify({ code: "UNAUTHORIZED", message: "Unauthorized" }));
  return { response: finish(response, reading) };
}

const answer = (status: number, headers: Record<string, string>, body: string | null = null): Response =>
  new Response(body, { status, headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", ...headers } });

/** Whether a person is looking at the answer, rather than a program. */
function isNavigation({ method, headers }: Request): boolean {
  if (method !== "GET" && method !== "HEAD") return false;
  const mode = headers.get("sec-fetch-mode");
  return mode ? mode === "navigate" : (headers.get("accept") ?? "").includes("text/html");
}

/**
 * The answer with the reading's cookies, and kept out of caches that serve others as well, unless it says something about that
 * itself and sets no cookie of the session.
 */
export function finish(response: Response, { setCookies }: Reading): Response {
  // A change of protocol is no answer.
  if (response.status < 200) return response;
  // An answer that was fetched or is a redirect of the platform cannot be changed.
  const own = new Response(response.body, response);
  for (const cookie of setCookies) own.headers.append("set-cookie", cookie);
  own.headers.append("vary", "Cookie");
  const caching = own.headers.get("cache-control");
  // Whatever the page says of itself: a cache that many share would hand one person's session to the next.
  const shared = setCookies.length > 0 && !/\b(private|no-store)\b/i.test(caching ?? "");
  if (!caching || shared) own.headers.set("cache-control", "private, no-cache");
  return own;
}

/** What is guarded: paths, with everything below them; or a function of the address. */
export type Guards = readonly string[] | ((url: URL) => boolean);

/**
 * Whether a path lies in what is guarded. Guards more rather than less: neither case, nor percent signs, nor doubled slashes, nor
 * dots between encoded ones, which a router may undo, lead past it.
 */
export function isGuarded(url: URL, guards: Guards): boolean {
  if (typeof guards === "function") return guards(url);
  const path = plain(url.pathname);
  const ways = [path, plain(new URL(NOWHERE + path.replace(/[?#]/g, "_")).pathname)];
  return guards.some((one) => {
    const root = plain(one).replace(/\/$/, "");
    return ways.some((way) => way === root || way.startsWith(`${root}/`));
  });
}

/** Whether this is the page where people sign in, which no guard may close. A page of another site closes none of this one's. */
export function isSignInPage({ pathname, hostname }: URL, { to = "/sign-in" }: GuardOptions): boolean {
  const target = new URL(to, NOWHERE);
  return (target.origin === NOWHERE || target.hostname === hostname) && plain(pathname) === plain(target.pathname);
}
