// Who sent a request, for a back end that is not the Stayd server: what is known, what can be checked here, and else what the server says.
import { ask } from "./ask.ts";
import { cookieText, joinPieces, namesOf, ownCookies, readCookies } from "./cookies.ts";
import { macKey, openToken } from "./mac.ts";
import { SessionProblem, createReporter } from "./problem.ts";
import { isSessionData, sessionDataReader } from "./session-data.ts";
import { openAccessToken } from "./verify/access-token.ts";
import { follow } from "./verify/feed.ts";
import { createKeyRing } from "./verify/key-ring.ts";
import { type VerifierOptions, verifierSettings } from "./verify/options.ts";
import { type Refusal, refusalOf } from "./verify/refusal.ts";
import { type Checked, type VerifiedSession, createRemembered } from "./verify/remembered.ts";
import { createTold } from "./verify/told.ts";

/** How long an answer of the server is believed while the feed is heard, in ms: no longer than the feed remembers. */
const ANSWER_HOLDS = 60_000;

/** How often what happened. */
export interface Counts {
  accepted: number;
  /** Those of them whose token or cookie had been seen before. */
  seenBefore: number;
  refused: number;
  unavailable: number;
  /** Questions to the server. */
  asked: number;
  keyFetches: number;
}

/** A request, or its headers. */
export type Shown = { headers: Headers } | Headers;

export interface StaydVerifier {
  /** Whose request this is; `null` for nobody. Throws {@link SessionProblem} when it cannot be said now. */
  check(request: Shown): Promise<VerifiedSession | null>;
  /**
   * The session of a request that must have one, with `fresh` one whose sign-in is less than `freshAge` ago. Throws the answer to give
   * instead, a `Response`: 401, 403 or 503 with a code in JSON.
   */
  require(request: Shown, options?: { fresh?: boolean }): Promise<VerifiedSession>;
  /** Whether the feed of ends is heard now. */
  hears(): boolean;
  counts(): Counts;
  /** Ends the feed. To be called when the program stops. */
  close(): void;
}

/** Checks what a Stayd server signed, and follows what it ends. Make one and keep it. */
export function staydVerifier(options: VerifierOptions): StaydVerifier {
  const { server, credential, follows, issuer, audience, freshAge, asks, patience, remember } = verifierSettings(options);
  const { url, secrets, prefix, owns, now, timeout, fetch } = server;
  const steady = (): number => performance.now();
  const { report, recovered } = createReporter(server.onProblem);
  const counts: Counts = { accepted: 0, seenBefore: 0, refused: 0, unavailable: 0, asked: 0, keyFetches: 0 };
  const macKeys = secrets.map((secret) => macKey(secret));
  const sessionData = sessionDataReader(secrets, macKeys, server.version);
  const names = namesOf(prefix, server.hostPrefix ? "__Host-" : (server.secure ?? url.startsWith("https:")) ? "__Secure-" : "");
  const deviceName = names.token.replace(/session_token$/, "device");
  const remembered = createRemembered(remember);
  const told = createTold(steady, now);
  const closing = new AbortController();

  const unavailable = (cause: unknown): SessionProblem => {
    const problem = cause instanceof SessionProblem ? cause : new SessionProblem("unavailable", `${url} cannot say now who this is`, { cause });
    report(problem);
    return problem;
  };
  const send = (path: string, init: RequestInit): Promise<Response> =>
    fetch(`${url}${path}`, { ...init, signal: AbortSignal.timeout(timeout), redirect: "manual", cache: "no-store" });
  const jsonOf = async (response: Response): Promise<unknown> => {
    if (response.status !== 200) throw new SessionProblem("unavailable", `${response.url} answered ${response.status}`);
    return response.json();
  };
  const keyRing = createKeyRing({
    issuer, secrets, steady,
    fetchJwks: async () => (counts.keyFetches++, jsonOf(await send("/jwks", {}))),
    onWithdrawn: () => remembered.clear(),
  });
  if (follows) {
    const onChange = (broken: unknown): void =>
      broken === undefined ? recovered() : report(new SessionProblem("unreachable", `The feed of ends of ${url} broke off; the server is asked about each session until it is back`, { cause: broken }));
    void follow({ url: `${url}/revocations`, credential, fetch, told, signal: closing.signal, onChange });
  }

  /** A session that the server signed; `"ask"` where only the server knows, `null` for nobody's. */
  const checkToken = async (token: string): Promise<Checked | null> => {
    const expected = { issuer, audience, now: now() };
    let found = await openAccessToken(token, await keyRing.current(), expected);
    if (found === "unknown-key") {
      await keyRing.look();
      found = await openAccessToken(token, await keyRing.current(), expected);
    }
    if (!found || found === "unknown-key") return null;
    const { sid, sub, client_id: clientId, auth_time, exp, iat } = found;
    const session = { sessionId: sid, userId: sub, signedInAt: auth_time * 1000, expiresAt: exp * 1000, ...(clientId && { clientId }) };
    return { session, known: { at: iat * 1000 }, until: exp * 1000 };
  };
  const checkCookies = async (token: string, text: string): Promise<Checked | "ask" | null> => {
    if (!macKeys.length) return "ask";
    const opened = await openToken(macKeys, token);
    if (opened.kind !== "signed") return null;
    const found = text ? await sessionData.open(text, opened.token, now()) : undefined;
    // What a Better Auth server wrote under the same secret is bound to no token; the server is asked about it.
    if (!found?.isBound) return "ask";
    return { session: sessionOf(found.data), known: { at: found.madeAt }, until: found.until };
  };

  const askAboutToken = async ({ session, until }: Checked, token: string): Promise<Checked | null> => {
    if (!credential) throw new SessionProblem("unavailable", "An access token can only be asked about with the credential of a back end");
    const known = { count: told.count() };
    const headers = { authorization: credential, "content-type": "application/x-www-form-urlencoded" };
    const answer = (await jsonOf(await send("/introspect", { method: "POST", headers, body: `token=${token}` }))) as { active?: unknown };
    if (typeof answer.active !== "boolean") throw new SessionProblem("another-protocol", `${url} is no Stayd server`);
    return answer.active ? { session, known, until } : null;
  };
  const askAboutCookies = async (headers: Headers): Promise<Checked | null> => {
    const known = { count: told.count() };
    const agent = headers.get("user-agent");
    const cookie = ownCookies(readCookies(headers.get("cookie") ?? ""), owns);
    const own = { accept: "application/json", cookie, ...(agent && { "user-agent": agent }) };
    const { data, problem } = await ask({ url, owns, headers: own, fresh: true, mayRenew: false, timeout, fetch });
    if (data === undefined) throw problem;
    if (data === null || !isSessionData(data)) return null;
    const session = sessionOf(data);
    return { session, known, until: session.expiresAt };
  };

  const look = async (headers: Headers): Promise<VerifiedSession | Refusal> => {
    const authorization = headers.get("authorization") ?? "";
    const bearer = /^bearer(?: +(.*))?$/is.exec(authorization);
    const cookies = readCookies(bearer ? "" : (headers.get("cookie") ?? ""));
    const token = bearer ? (bearer[1] ?? "") : (cookieText(cookies, names.token) ?? "");
    if (!token) return bearer ? "invalid" : "missing";
    const text = bearer ? "" : (joinPieces(cookies, names.data) ?? "");
    // Where they are old, and one is gone, what it signed is remembered no more.
    if (bearer) await keyRing.current();
    // What is genuine in one place is nothing in the other, and what was said of one device of no other.
    const shown = bearer ? `bearer ${token}` : `cookies ${token} ${cookies.get(deviceName) ?? ""} ${text}`;
    const known = remembered.get(shown);
    const isKnown = !!known && now() < known.until;
    if (isKnown) counts.seenBefore++;
    const found = isKnown ? known : bearer ? await checkToken(token) : await checkCookies(token, text);
    if (!found) return "invalid";
    if (found !== "ask") {
      if (!isKnown) remembered.set(shown, found);
      const trusts = follows ? told.belief(found.session, found.known, patience) : "at" in found.known ? "holds" : "doubted";
      if (trusts === "ended") return "invalid";
      if (trusts === "holds") return found.session;
    }
    if (follows && !asks && !told.isHeard()) throw new SessionProblem("unavailable", "The feed of ends is not heard");
    counts.asked++;
    const askedAt = now();
    const answer = bearer ? await askAboutToken(found as Checked, token) : await askAboutCookies(headers);
    if (!answer || told.hasEnded(answer.session.sessionId)) {
      remembered.delete(shown);
      return "invalid";
    }
    remembered.set(shown, { ...answer, until: Math.min(answer.until, askedAt + ANSWER_HOLDS) });
    return answer.session;
  };

  const counted = async (request: Shown): Promise<VerifiedSession | Refusal> => {
    try {
      const found = await look("headers" in request ? request.headers : request);
      if (typeof found !== "string") counts.accepted++;
      else if (found === "invalid") counts.refused++;
      return found;
    } catch (cause) {
      counts.unavailable++;
      throw unavailable(cause);
    }
  };

  return {
    hears: () => told.isHeard(),
    counts: () => ({ ...counts }),
    close: () => closing.abort(),
    async check(request) {
      const found = await counted(request);
      return typeof found === "string" ? null : found;
    },
    async require(request, { fresh = false } = {}) {
      const found = await counted(request).catch((): Refusal => "unavailable");
      if (typeof found === "string") throw refusalOf(found, freshAge);
      if (fresh && now() - found.signedInAt >= freshAge) throw refusalOf("not-fresh", freshAge);
      return found;
    },
  };
}

function sessionOf({ session, user }: { session: object; user: { id: string } }): VerifiedSession {
  const { id, userId, createdAt, expiresAt } = session as { id: string; userId: string; createdAt: string; expiresAt: string };
  // Without the time of the sign-in it is never a recent one.
  return { sessionId: id, userId, signedInAt: Date.parse(createdAt) || 0, expiresAt: Date.parse(expiresAt), user };
}
