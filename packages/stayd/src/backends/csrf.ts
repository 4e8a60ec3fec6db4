import type { Answer, Backend, SessionData, SessionError } from "../backend.ts";
import { type Csrf, type CsrfOptions, createCsrf, demand, demandRequests, errorIn, requestOf } from "../tokens.ts";
import { failure } from "../view.ts";
import { json, serverTime, troubleOf, unexpected } from "./stayd.ts";

/** A server of cookies and tokens. Requests are written `METHOD /path`, below `url`; what a server does not have is left out. */
export interface CsrfBackendOptions extends CsrfOptions {
  /** Begins a session, for a visitor perhaps, and sets the token's cookie. Default `POST /session/init`. */
  init?: string;
  /** Who is signed in? Without it the server knows visitors alone, and nobody is ever signed in. */
  session?: string;
  signIn?: string;
  signUp?: string;
  signOut?: string;
  update?: string;
  /** How long a session lives that the server does not tell the end of, in s, from each answer on. Default 1800. */
  lifetime?: number;
  /**
   * The person in an answer, `null` for a visitor. Default: `session` and `user` of `data`, or of the body itself. `now` is the server's
   * time, in ms since the epoch: an end that is made up here counts from it, and not from the clock of this computer.
   */
  read?: (body: unknown, now: number) => SessionData | null;
  /** Whether an answer to `session` says that nobody is signed in, where that is not 401 or `null`: Django REST framework's is 403. `body` is its JSON. */
  isVisitor?: (response: Response, body: unknown) => boolean;
}

/** The part of a session's life after which it is renewed. */
const RENEWED_AFTER = 0.8;

/**
 * A backend for servers whose protocol is a session cookie, a readable cookie with a CSRF token, and `data.csrf_token` in answers.
 * `tokens` is the page's token, for whoever wants to show or send it.
 */
export function csrf<Credentials = unknown, Registration = unknown>(
  options: CsrfBackendOptions = {},
): Backend<Credentials, Registration> & { tokens: Csrf } {
  const { url = "/api", lifetime = 1800, read = (body: unknown, now: number) => personIn(body, now + madeUp) } = options;
  const madeUp = lifetime * 1000;
  const init = options.init ?? "POST /session/init";
  const { session, signIn, signUp, signOut, update } = options;
  demandRequests({ session, signIn, signUp, signOut, update });
  demand(lifetime > 0, "lifetime", "a number of seconds");
  const initAddress = url + requestOf(init)[1];
  let begunWith: Response | undefined;
  // What a session begins with comes from the tokens as a body alone; what time it was there is in the answer's head.
  const network: typeof fetch = async (input, parameters) => {
    const response = await (options.network ?? fetch)(input, parameters);
    if (input === initAddress) begunWith = response;
    return response;
  };
  // The session asks when it starts; the tokens' own first request would be a second one.
  const tokens = createCsrf({ cookies: ["csrf_token"], ...options, init, url, network, eager: false });

  const send = (request: string, signal: AbortSignal, body?: unknown): Promise<Response> => {
    const text = JSON.stringify(body) as string | undefined;
    const [method, path] = requestOf(request, text ? "POST" : "GET");
    return tokens.fetch(url + path, {
      method,
      headers: { accept: "application/json", ...(text && { "content-type": "application/json" }) },
      credentials: "include",
      // Only what is small can be kept alive, and a change may bear a picture.
      keepalive: !(text && text.length > 1e4),
      cache: "no-store",
      signal,
      body: text ?? null,
    });
  };

  let shown: SessionData | undefined;
  const answerOf = (body: unknown, headers: Headers): Answer => {
    const now = serverTime({ headers });
    let data = read(body, now);
    if (!data) return { kind: "nobody" };
    let endsIn = Date.parse(data.session.expiresAt) - now;
    // A page of another origin may not read the server's clock, and its own may be wrong: that the session lives has just been said.
    if (endsIn <= 0 && !headers.has("date")) endsIn = madeUp;
    if (!data.session.id || !data.user.id || !(endsIn > 0)) return unexpected;
    if (endsIn === madeUp) {
      // An end that is made up moves with each answer. Pages are shown another one seldom, or all of them would render anew each time.
      const { expiresAt } = shown?.session ?? data.session;
      const same = JSON.stringify({ ...data, session: { ...data.session, expiresAt } }) === JSON.stringify(shown);
      shown = data = same && Date.parse(expiresAt) - now > endsIn / 2 ? shown! : data;
    }
    return { kind: "session", data, id: data.session.id, userId: data.user.id, endsIn, renewsIn: endsIn * RENEWED_AFTER };
  };

  const check = async (signal: AbortSignal): Promise<Answer> => {
    // The cookie first (TC-2); a session that has just begun is described by the answer that began it.
    if (!tokens.sync() && tokens.get() === null && begunWith?.status !== 404) {
      const begun = await tokens.init();
      // A server that has no token to give may know all the same who is signed in.
      if (begun === null && !(begunWith && session)) return { kind: "failed", trouble: "unreachable" };
      // Where it says nothing of a person, that is not yet to say that nobody is signed in.
      if (begun !== null && (!session || options.read?.(begun, serverTime(begunWith)) || namesPerson(begun))) return answerOf(begun, begunWith!.headers);
    }
    if (!session) return { kind: "nobody" };
    const response = await send(session, signal);
    const found = await json(response);
    if (options.isVisitor?.(response, found)) return { kind: "nobody" };
    return troubleOf(response, found) ?? (found === undefined ? unexpected : answerOf(found, response.headers));
  };

  const command =
    (request: string) =>
    async (input: unknown, signal: AbortSignal): Promise<Answer> => {
      const response = await send(request, signal, input);
      const found = await json(response);
      // Refused, and not merely asked for too often.
      if (/^4(?!29)/.test(String(response.status))) return declined(errorIn(response, found));
      const trouble = troubleOf(response, found);
      if (trouble) return trouble;
      let answer = answerOf(found, response.headers);
      if (answer.kind === "nobody" && session) answer = await check(signal);
      // Whoever signs up may have to confirm first.
      return answer.kind === "nobody" && request === signIn ? declined(failure("no-session")) : answer;
    };
  const none = async (): Promise<Answer> => declined(failure("not-offered"));

  return {
    tokens,
    fetch: tokens.fetch,
    check,
    signIn: signIn ? command(signIn) : none,
    ...(signUp && { signUp: command(signUp) }),
    ...(update && { update: command(update) }),
    async signOut(signal) {
      if (!signOut) return { kind: "nobody" };
      const response = await send(signOut, signal);
      // A page that stands in the server's place is no word of its own; where it sends on to a page of its own, that is one.
      const isPage = !response.redirected && /html/i.test(response.headers.get("content-type") ?? "");
      return troubleOf(response, await json(response)) ?? (isPage ? unexpected : { kind: "nobody" });
    },
  };
}

const declined = (error: SessionError): Answer => ({ kind: "declined", error });

/** Whether an answer says who is signed in, be it `null`. */
function namesPerson(body: unknown): boolean {
  const { data, user } = (body ?? {}) as { data?: { user?: unknown }; user?: unknown };
  return user !== undefined || data?.user !== undefined;
}

function personIn(body: unknown, ends: number): SessionData | null {
  const { data } = (body ?? {}) as { data?: Partial<SessionData> };
  const { user, session } = data?.user ? data : ((body ?? {}) as Partial<SessionData>);
  if (!user) return null;
  return { user, session: { id: user.id, userId: user.id, expiresAt: new Date(ends).toISOString(), ...session } };
}
