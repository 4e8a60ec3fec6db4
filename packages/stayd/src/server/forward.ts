import { ownCookies, readCookies } from "./cookies.ts";
import type { Settings } from "./options.ts";
import { climbs } from "./path.ts";
import { type Reporter, SessionProblem } from "./problem.ts";

/** Headers that belong to one connection (RFC 9110, section 7.6.1), or that the request to the server makes anew. */
const NOT_FORWARDED = [
  "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
  "transfer-encoding", "upgrade", "host", "content-length", "expect", "accept-encoding", "forwarded",
];

/** Headers of an answer that no longer hold once its body has been decoded. */
const DECODED = ["content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"];

/** How many times `timeout` the server may take until it begins to answer: a sign-in has a password hashed, or asks a third party. */
const PATIENCE = 6;

/**
 * Passes a request below `path` on to the server, so that pages and sessions are of one origin also where no proxy in front
 * sees to that. `undefined` for other paths, and for those that some reader takes to lead out of `path`. Never throws: where no
 * answer comes, 502 or 504 with a code in JSON.
 */
export async function forward(
  request: Request,
  path: string,
  settings: Settings,
  { report, recovered }: Reporter,
  address?: string,
): Promise<Response | undefined> {
  const { pathname, search } = new URL(request.url);
  const rest = pathname.slice(path.length);
  if (!pathname.startsWith(path) || !rest.startsWith("/") || climbs(rest)) return undefined;
  const { method, body, signal: gone } = request;
  // A visitor who goes away, be it in the middle of the answer, has no more work done for him.
  const stop = new AbortController();
  const leave = (): void => stop.abort();
  if (gone.aborted) leave();
  gone.addEventListener("abort", leave, { once: true });
  let late = false;
  const timer = setTimeout(() => ((late = true), stop.abort()), settings.timeout * PATIENCE);
  const init: RequestInit & { duplex?: "half" } = {
    method,
    headers: headersOf(request, settings, address),
    redirect: "manual",
    cache: "no-store",
    signal: stop.signal,
  };
  if (body) Object.assign(init, { body, duplex: "half" });
  try {
    const response = await settings.fetch(settings.url + rest + search, init);
    recovered("unreachable");
    const answered = new Headers(response.headers);
    for (const name of DECODED) answered.delete(name);
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers: answered });
  } catch (cause) {
    // Nobody reads this one; 499 is what logs know it by.
    if (gone.aborted) return new Response(null, { status: 499 });
    report(new SessionProblem("unreachable", `No answer from ${settings.url}`, { cause }));
    return late ? failure(504, "GATEWAY_TIMEOUT", "did not answer in time") : failure(502, "BAD_GATEWAY", "could not be reached");
  } finally {
    clearTimeout(timer);
  }
}

/** What the server is told: of cookies only its own, for those of the application are none of its business. */
function headersOf(request: Request, { owns }: Settings, address: string | undefined): Headers {
  const headers = new Headers(request.headers);
  for (const name of NOT_FORWARDED) headers.delete(name);
  const cookies = ownCookies(readCookies(headers.get("cookie") ?? ""), owns);
  if (cookies) headers.set("cookie", cookies);
  else headers.delete("cookie");
  // Where nobody here knows the address, nobody vouches for what the request says of it.
  if (address) headers.set("x-forwarded-for", address);
  else headers.delete("x-forwarded-for");
  return headers;
}

const failure = (status: number, code: string, what: string): Response =>
  Response.json({ code, message: `The session server ${what}` }, { status, headers: { "cache-control": "no-store" } });
