import { failure } from "../view.ts";
import type { Answer, Backend, SessionData, SessionEntry, SessionError, Trouble } from "../backend.ts";

/** What signs somebody in. */
export interface Credentials {
  email: string;
  password: string;
  /** Whether the session outlives the browser; the server's default is yes. */
  rememberMe?: boolean;
}

/** What signs somebody up. */
export interface Registration extends Credentials {
  name: string;
  image?: string;
  callbackURL?: string;
}

/** The part of a session's life that is left when it is renewed. */
const LEFT = 0.2;

/**
 * A server that speaks the Better Auth protocol: Stayd, or Better Auth itself. `url` is where it is mounted; `network` sends
 * its requests, where that is not the page's own `fetch`.
 */
export function stayd(url = "/api/auth", network?: typeof fetch): Backend<Credentials, Registration> {
  /** Sends a request: the answer, and its body as JSON. */
  const send = async (path: string, signal?: AbortSignal, body?: object, via = network ?? fetch): Promise<[Response, unknown]> => {
    const response = await via(url + path, {
      credentials: "include",
      // A renewal, a sign-in and its end count even where the page that asked is gone by then; for the rest it only costs half a millisecond,
      // and what may bear a picture is too large for it.
      keepalive: /\?|sign-[io]|revoke/.test(path),
      cache: "no-store",
      signal: signal!,
      ...(body && {
        method: "POST",
        headers: { "content-type": "application/json", ...csrfHeader() },
        body: JSON.stringify(body),
      }),
    });
    return [response, await json(response)];
  };

  const check = async (signal: AbortSignal, query = ""): Promise<Answer> => {
    const [response, found] = await send("/get-session" + query, signal);
    return unsettled(response, found) ?? sessionOf(found, response);
  };

  const command = async (path: string, body: object, signal: AbortSignal): Promise<Answer> => {
    const [response, found] = await send(path, signal, body);
    // Refused for what it asks, not for how often.
    if (/^4(?!29)/.test(`${response.status}`)) return { kind: "declined", error: errorOf(response, found) };
    return unsettled(response, found) ?? check(signal);
  };

  const ask = async (path: string, via: typeof fetch, body?: object): Promise<unknown> => {
    const [response, found] = await send(path, undefined, body, via);
    if (!response.ok) throw Object.assign(new Error(), errorOf(response, found));
    return found;
  };
  const list = (via: typeof fetch): Promise<(SessionEntry & { token: string })[]> =>
    ask("/list-sessions", via) as Promise<(SessionEntry & { token: string })[]>;

  return {
    fetch: network,
    check: (signal) => check(signal),
    renew: (signal) => check(signal, "?disableCookieCache=true"),
    async signIn(credentials, signal) {
      const answer = await command("/sign-in/email", credentials, signal);
      // Granted, and yet nobody is signed in: cookies are denied, or the server wants a second factor.
      return answer.kind === "nobody" ? { kind: "declined", error: failure("no-session") } : answer;
    },
    signUp: (registration, signal) => command("/sign-up/email", registration, signal),
    update: (changes, signal) => command("/update-user", changes, signal),
    async signOut(signal) {
      return unsettled(...(await send("/sign-out", signal, {}))) ?? { kind: "nobody" };
    },
    list: async (via, current) => (await list(via)).map(({ token, ...entry }) => ({ ...entry, current: entry.id === current })),
    async end(id, via) {
      // The protocol ends sessions by token; no token leaves this function.
      const found = (await list(via)).find((entry) => entry.id === id);
      if (found) await ask("/revoke-session", via, { token: found.token });
    },
    endOthers: (via) => ask("/revoke-other-sessions", via, {}) as Promise<void>,
  };
}

/** The token of a server of ours, where its cookie is there; `stayd/csrf` asks for one, and recovers from a refusal. */
function csrfHeader(): { "x-csrf-token": string } | undefined {
  try {
    // The name with the prefix sorts first: another host of the site can plant the one without.
    const cookies = document.cookie.split("; ").sort().join();
    return { "x-csrf-token": /(^|,)(__Secure-)?better-auth\.csrf_token=([\w.-]+)/.exec(cookies)![3]! };
  } catch {
    // There is none, or the page may not read it (a sandboxed frame, cookies denied).
    return;
  }
}

/** What an answer says beside a session: nobody, superseded, or trouble; `null` where it is an answer of the protocol. */
export function troubleOf(response: Response, body: unknown): Answer | null {
  const { headers, status } = response;
  if (response.ok) return null;
  // The page of a proxy or portal is no word of the server's.
  if (body && status === 401) return { kind: "nobody" };
  if (body && status === 409) return { kind: "superseded" };
  const trouble: Trouble = status === 429 ? "too-many" : status >= 500 ? "unavailable" : "unexpected";
  const after = headers.get("retry-after") ?? headers.get("x-retry-after")!;
  // Seconds or a date (RFC 9110, 10.2.3).
  const retryAfter = Math.max(0, +after * 1000 || Date.parse(after) - serverTime(response) || 0);
  return { kind: "failed", trouble, retryAfter, error: { ...errorOf(response, body, trouble), ...(retryAfter && { retryAfter }) } };
}

/** Why a command cannot be said to be done. The page of a portal comes with 200 as well. */
const unsettled = (response: Response, body: unknown): Answer | null =>
  troubleOf(response, body) ?? (body === undefined ? unexpected : null);

export const unexpected: Answer = { kind: "failed", trouble: "unexpected" };

/** The server's time where it may be read, so that a wrong clock here does not matter. */
export const serverTime = (response?: Pick<Response, "headers">): number => Date.parse(response?.headers.get("date")!) || Date.now();

/** What the protocol's words on a session mean; without a response those that a page was rendered with. */
export function sessionOf(found: unknown, response?: Response): Answer {
  const { session, user } = (found ?? {}) as Partial<SessionData>;
  if (found === null || (session === null && user === null)) return { kind: "nobody" };
  const at = (name: string): number => Date.parse(session?.[name] as string);
  const ends = at("expiresAt");
  if (!session?.id || !user?.id || session.userId !== user.id || !ends) return unexpected;
  const now = serverTime(response);
  const life = ends - (at("updatedAt") || now);
  // Of a session that has ended the server says nothing: where its clock cannot be read that of here is wrong, and how much is left not known.
  const endsIn = ends > now || response?.headers.get("date") !== null ? ends - now : life;
  return {
    kind: "session",
    data: { session, user },
    id: session.id,
    userId: user.id,
    endsIn,
    createdAt: at("createdAt"),
    renewsIn: endsIn - life * LEFT,
  };
}

/** The body as JSON; `undefined` where it is none. */
export const json = (response: Response): Promise<unknown> => response.json().catch(() => undefined);

/** The server's own code where it names one. */
function errorOf(response: Response, found: unknown, otherwise = `HTTP_${response.status}`): SessionError {
  const body = found as { code?: unknown; message?: unknown } | null | undefined;
  const { code, message } = failure(`${body?.code ?? otherwise}`);
  return { code, message: `${body?.message ?? message}`, status: response.status };
}
