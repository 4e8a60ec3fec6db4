import type { SessionData } from "../backend.ts";
import { ownSetCookies } from "./cookies.ts";
import { SessionProblem } from "./problem.ts";
import { isSessionData, withoutTokens } from "./session-data.ts";

/** What the server said: whom it knows, nobody (`null`), or that it cannot be said (`undefined`, with the problem). */
export interface Told {
  data: SessionData | null | undefined;
  /** `Set-Cookie` values for the browser. */
  setCookies: string[];
  problem?: SessionProblem;
}

export interface Question {
  /** Where the server is mounted. */
  url: string;
  /** Whether the server set the cookie of that name. */
  owns: (cookie: string) => boolean;
  headers: Record<string, string>;
  /** Only what the store says now counts. */
  fresh: boolean;
  /** The answer's cookies reach the browser, so that the session may be renewed. */
  mayRenew: boolean;
  /** In ms. */
  timeout: number;
  fetch: typeof fetch;
}

const EXPECTED = "JSON as Stayd and Better Auth answer it, null or { session: { id, userId, expiresAt }, user: { id } }";

/** Asks the server who is signed in. Never throws. */
export async function ask(question: Question): Promise<Told> {
  const { url, owns, headers, fresh, mayRenew, timeout } = question;
  const query = [fresh && "disableCookieCache=true", !mayRenew && "disableRefresh=true"].filter(Boolean).join("&");
  const address = `${url}/get-session${query && `?${query}`}`;
  try {
    const signal = AbortSignal.timeout(timeout);
    const response = await question.fetch(address, { headers, signal, redirect: "manual", cache: "no-store" });
    const text = await response.text();
    const data = dataOf(response, text, address);
    return { data, setCookies: ownSetCookies(response.headers, owns) };
  } catch (thrown) {
    const problem =
      thrown instanceof SessionProblem ? thrown : new SessionProblem("unreachable", `No answer from ${address}`, { cause: thrown });
    return { data: undefined, setCookies: [], problem };
  }
}

function dataOf(response: Response, text: string, address: string): SessionData | null {
  const { status } = response;
  // The page of a proxy that wants a password is no word of the server's.
  if (status === 401 && parsed(text)) return null;
  if (status === 409) throw new SessionProblem("superseded", "The session's cookie has just been replaced");
  if (status === 421) {
    throw new SessionProblem("misdirected", `${address} is not served under that host: add it to \`hosts\` of the Stayd server`);
  }
  if (status === 429 || status >= 500) {
    const retryAfter = Number(response.headers.get("retry-after") ?? response.headers.get("x-retry-after")) || 1;
    throw new SessionProblem("unavailable", `${address} answered ${status}`, { retryAfter });
  }
  const found = status === 200 ? parsed(text) : undefined;
  if (found === null) return null;
  if (found && "session" in found && found.session === null) return null;
  if (found && isSessionData(found)) return withoutTokens({ session: found.session, user: found.user });
  const received = `${status} ${response.headers.get("content-type") ?? "without a content type"}`;
  throw new SessionProblem("another-protocol", `${address} is no Stayd server`, { expected: EXPECTED, received });
}

function parsed(text: string): Record<string, unknown> | null | undefined {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" ? (found as Record<string, unknown> | null) : undefined;
  } catch {
    return undefined;
  }
}
