// `stayd/next`: the proxy (the middleware of Next before 16), and the session in server components, routes and actions.
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { NextResponse } from "next/server";
import { type GuardOptions, type Reading, type RespondOptions, type SessionData, type StaydServer, SessionProblem, safeReturnPath, signInAddress } from "stayd/server";

/** Tells server components where the visitor is. Whoever makes it up chooses a page of this site to come back to, and no more. */
const PATH = "x-stayd-path";

/** For `proxy.ts`: `export const proxy = staydProxy(auth, { guard: ["/account"] })`; for `middleware.ts` likewise. */
export const staydProxy =
  (auth: StaydServer, options: RespondOptions = {}) =>
  async (request: Request): Promise<Response> => {
    const response = await auth.respond(request, options, ({ setCookies }) => {
      const { pathname, search } = new URL(request.url);
      const passed = new Headers(request.headers);
      passed.set(PATH, pathname + search);
      // What the server has just set is what the page reads.
      if (setCookies.length) passed.set("cookie", withSetCookies(request.headers.get("cookie") ?? "", setCookies));
      return NextResponse.next({ request: { headers: passed } });
    });
    // Next reads addresses of a proxy as whole ones, and shortens those of this site again.
    const location = response.headers.get("location");
    if (location?.startsWith("/")) response.headers.set("location", new URL(location, request.url).href);
    return response;
  };

/** The session in server components, route handlers and server actions, read once for each request. */
export function staydComponents(auth: StaydServer, options: GuardOptions = {}) {
  // Next gives every part of a page the same object.
  const readings = new WeakMap<object, Promise<Reading & { path: string }>>();
  const readAnew = async (found: Headers): Promise<Reading & { path: string }> => {
    const path = safeReturnPath(found.get(PATH));
    const scheme = found.get("x-forwarded-proto")?.startsWith("https") ? "https" : "http";
    const request = new Request(new URL(path, `${scheme}://stayd.invalid`), { headers: found });
    // Cookies cannot be set from here, so nothing may be renewed.
    return { ...(await auth.read(request, { renew: false })), path };
  };
  const read = async (): Promise<Reading & { path: string }> => {
    const found = await headers();
    const reading = readings.get(found) ?? readAnew(new Headers(found));
    readings.set(found, reading);
    return reading;
  };
  return {
    /** Who is signed in: for `createSession({ initial })`. `undefined` when the server could not say. */
    session: async (): Promise<SessionData | null | undefined> => (await read()).data,
    /** The session of somebody who must have one; anybody else is sent to sign in. Throws when the server could not say. */
    async requireSession(): Promise<SessionData> {
      const { data, problem, path } = await read();
      if (data) return data;
      if (data === undefined) throw problem ?? new SessionProblem("unreachable", "Who is signed in cannot be told at the moment");
      return redirect(signInAddress(path, options));
    },
  };
}

/** A `Cookie` header as the browser will send it next. */
function withSetCookies(header: string, setCookies: readonly string[]): string {
  const cookies = new Map<string, string>();
  const set = (pair: string): void => {
    const equals = pair.indexOf("=");
    // Spaces only: another blank is part of a name, and must not be taken off one that would then begin with `__Secure-`.
    if (equals > 0) cookies.set(pair.slice(0, equals).replace(/^[ \t]+/, ""), pair.slice(equals + 1));
  };
  for (const pair of header.split(";").reverse()) set(pair);
  for (const cookie of setCookies) {
    set(cookie.split(";", 1)[0]!);
    if (/; *max-age=0\b/i.test(cookie)) cookies.delete(cookie.slice(0, cookie.indexOf("=")).trim());
  }
  return [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
}
