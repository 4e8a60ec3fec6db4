import { safely } from "./connections.ts";
import { pageCookies } from "./cookies.ts";
import type { SessionError } from "./backend.ts";
import { failure } from "./view.ts";

/** What was decided of a token, and why. No token is in it (TC-7). */
export type CsrfDecision =
  | "cookie: taken"
  | "cookie: gone"
  | "answer: taken"
  | "init: asked"
  | "init: no token offered"
  | "init: failed"
  | "sent with a token"
  | "sent without a token"
  | "refused: again with the cookie's token"
  | "refused: again with a new token"
  | "refused: the page is told";

export interface CsrfOptions {
  /** Where the server is mounted; tokens go to its origin and to no other. Default `/api/auth`. */
  url?: string;
  /** The request that asks for a token, below `url`. Default `GET /csrf`. */
  init?: string;
  /** Names of the cookie, the first that is there counts. Default: Stayd's, with the prefix `better-auth`, over https and http. */
  cookies?: string[];
  /** The header that carries the token. Default `X-CSRF-Token`. */
  header?: string;
  /** Whether an answer says that the token was wrong; `body` is its JSON. Default: 403 or 419 whose code or message names CSRF. */
  isRefusal?: (response: Response, body: unknown) => boolean;
  /** A change was refused for its token, although a new one was asked for: the person is to be told. */
  refused?: (error: SessionError) => void;
  /** Hears of every decision. Default: nobody does. */
  debug?: (decision: CsrfDecision) => void;
  /** Whether the token is asked for when the page is loaded, and not only when it is needed. Default `true`. */
  eager?: boolean;
  /** Sends the requests. Default: the page's own `fetch`. */
  network?: typeof fetch;
  /** Reads the page's cookies. Default: `document.cookie`. */
  readCookies?: () => string;
}

/** The token as the page has it: a store as Svelte and nanostores know it. The server is the source of truth. */
export interface Csrf {
  get(): string | null;
  /** As `get`, for nanostores. */
  readonly value: string | null;
  /** Calls at once and on every change; the answer stops it. */
  subscribe(listener: (token: string | null) => void): () => void;
  /** As `subscribe`, but not at once. */
  listen(listener: (token: string | null) => void): () => void;
  /** Takes the token from the cookie; false where there is none. No request is made. */
  sync(): boolean;
  /** Takes a token that the server has sent by another way. */
  adopt(token: string): void;
  /** Asks the server for a token, once for all who ask meanwhile. The body of its answer, or `null` where no token came. */
  init(): Promise<unknown>;
  /** A token: of the cookie, else the last one known, else a new one; false where none is to be had. */
  ensure(): Promise<boolean>;
  /** `fetch` that sends the token with changes, takes the one in an answer, and recovers from a refusal. For `stayd(url, fetch)`. */
  fetch: typeof fetch;
  /** Stops listening to the page. */
  dispose(): void;
}

const COOKIES = ["__Secure-better-auth.csrf_token", "better-auth.csrf_token"];
const SAFE = /^(GET|HEAD|OPTIONS|TRACE)$/i;
/** What a header can hold; anything else was planted, and `fetch` would throw. */
const SENDABLE = /^[!-~]+$/;
/** The longest that the server may take to give a token, in ms: all changes wait for it. */
const PATIENCE = 15_000;
/** Where another token was looked for after a refusal, in this order. */
const COOKIE = 1;
const SERVER = 2;

/** Options that make no sense throw, with their name and what they accept. */
export function demand(sensible: unknown, option: string, accepted: string): void {
  if (!sensible) throw new TypeError(`csrf: ${option} must be ${accepted}`);
}

/** Each of these options, where it is there, is a request. */
export function demandRequests(options: Record<string, string | undefined>): void {
  for (const [option, request = "/"] of Object.entries(options)) demand(/^(\w+ )?\//.test(request), option, "METHOD /path");
}

/** Keeps the page's CSRF token: the cookie's first, the server's where there is none. Works without it where the server has none. */
export function createCsrf(options: CsrfOptions = {}): Csrf {
  const { url = "/api/auth", init: ask = "GET /csrf", cookies = COOKIES, header = "X-CSRF-Token", isRefusal = namesCsrf } = options;
  demand(typeof url === "string", "url", "a path or address");
  demand(Array.isArray(cookies), "cookies", "a list");
  demandRequests({ init: ask });
  const browser = typeof document !== "undefined";
  const readCookies = options.readCookies ?? pageCookies;
  const note = (decision: CsrfDecision): void => safely(() => options.debug?.(decision));
  const place = (input: string): URL => new URL(input, browser ? document.baseURI : "http://localhost");
  const home = place(url).origin;
  const network: typeof fetch = (input, init) => (options.network ?? fetch)(input, init);

  const listeners = new Set<(token: string | null) => void>();
  let token: string | null = null;
  let cookieSeen = false;
  let offered = true;
  let asking: Promise<unknown> | undefined;

  const set = (next: string | null, why: CsrfDecision): void => {
    if (next === token) return;
    token = next;
    note(why);
    // A listener's mistake is its own: the page's request goes on, and the others are called.
    for (const listener of [...listeners]) safely(() => listener(next));
  };

  const sync = (): boolean => {
    const found = cookieOf(readCookies(), cookies);
    cookieSeen ||= !!found;
    if (found) set(found, "cookie: taken");
    // A token whose cookie is gone is refused. Where there never was one, it came in an answer, from another origin perhaps.
    else if (cookieSeen) set(null, "cookie: gone");
    return !!found;
  };

  const adopt = (next: string): void => {
    if (SENDABLE.test(next)) set(next, "answer: taken");
  };

  /** The answer's JSON, with the token in it taken (TC-3). `undefined` where it is something else. */
  const read = async (response: Response): Promise<unknown> => {
    // Not `json-seq` and its like, which may never end.
    if (!/^application\/([\w.-]+\+)?json *(;|$)/i.test(response.headers.get("content-type") ?? "")) return undefined;
    try {
      const text = await response.clone().text();
      // Most answers hold none, and are parsed by the page alone.
      if (response.ok && !text.includes('"csrf_token"')) return undefined;
      const body = JSON.parse(text) as { data?: { csrf_token?: unknown } } | null;
      const found = body?.data?.csrf_token;
      if (typeof found === "string") adopt(found);
      return body;
    } catch {
      return undefined;
    }
  };

  const askServer = async (): Promise<unknown> => {
    note("init: asked");
    const [method, path] = requestOf(ask);
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      const headers = { accept: "application/json" };
      const response = await network(url + path, { method, credentials: "include", cache: "no-store", headers, signal });
      const body = await read(response);
      // Where it has no tokens it needs none, and is not asked again.
      offered = ![404, 405].includes(response.status);
      if (response.ok) return sync() || token !== null ? (body ?? {}) : null;
    } catch {
      // As any other failure.
    }
    note(offered ? "init: failed" : "init: no token offered");
    return null;
  };

  const init = (): Promise<unknown> => {
    return (asking ??= askServer().finally(() => (asking = undefined)));
  };

  const ensure = async (): Promise<boolean> => sync() || token !== null || (offered && (await init()) !== null);

  const guarded: typeof fetch = async (input, parameters) => {
    // Of an address all of these are undefined.
    const request = input as Partial<Request>;
    const { referrer, referrerPolicy } = input as Request;
    const { method = request.method ?? "GET", signal = request.signal, headers: given = request.headers, body: own } = parameters ?? {};
    if (place(request.url ?? String(input)).origin !== home) return network(input, parameters);
    const changes = !SAFE.test(method);
    if (changes) await unlessAborted(ensure, signal);
    else sync();
    for (let tried = 0; ; ) {
      const sent = token;
      const headers = new Headers(given);
      if (sent) headers.set(header, sent);
      if (changes) note(sent ? "sent with a token" : "sent without a token");
      const response = await network(own ? input : (request.clone?.() ?? input), changes ? { referrer, referrerPolicy, ...parameters, headers } : parameters);
      const body = await read(response);
      // A stream can be sent once; everything else is sent again as it was.
      if (!changes || own instanceof ReadableStream || response.ok || !isRefusal(response, body)) return response;
      // First the cookie, then the server, then the person (TC-4).
      if (tried < COOKIE && sync() && token !== sent) {
        note("refused: again with the cookie's token");
        tried = COOKIE;
      } else if (tried < SERVER && (await unlessAborted(init, signal)) !== null) {
        note("refused: again with a new token");
        tried = SERVER;
      } else {
        note("refused: the page is told");
        safely(() => options.refused?.(errorIn(response, body)));
        return response;
      }
    }
  };

  const listen = (listener: (token: string | null) => void): (() => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

  const stop = new AbortController();
  const load = (): void => void (document.hidden || (options.eager === false ? sync() : ensure()));
  if (browser) {
    document.addEventListener("visibilitychange", load, { signal: stop.signal });
    // What another tab was given, at once; where this event is missing, it is found when it is needed.
    (globalThis as { cookieStore?: EventTarget }).cookieStore?.addEventListener("change", () => void sync(), { signal: stop.signal });
    load();
  }

  return {
    get: () => token,
    get value() {
      return token;
    },
    subscribe(listener) {
      const stop = listen(listener);
      listener(token);
      return stop;
    },
    listen,
    sync,
    adopt,
    init,
    ensure,
    fetch: guarded,
    dispose() {
      stop.abort();
      listeners.clear();
    },
  };
}

/** Whoever has given up does not wait; what was asked for goes on, for others wait for it too. */
const unlessAborted = <T>(ask: () => Promise<T>, signal?: AbortSignal | null): Promise<T> =>
  new Promise((resolve, reject) => {
    const wait = new AbortController();
    signal?.throwIfAborted();
    // The signal may be the page's own for all of its life, and is listened to no longer than this.
    signal?.addEventListener("abort", () => reject(signal.reason), { signal: wait.signal });
    void ask().then(resolve, reject).finally(() => wait.abort());
  });

/** `"DELETE /session"` as method and path; the method may be missing. */
export const requestOf = (text: string, otherwise = "GET"): [method: string, path: string] =>
  (text.includes(" ") ? text : `${otherwise} ${text}`).split(" ") as [string, string];

function cookieOf(text: string, names: string[]): string | null {
  for (const name of names) {
    for (const pair of text.split(/; */)) {
      const token = decoded(pair.slice(name.length + 1));
      if (pair.startsWith(`${name}=`) && SENDABLE.test(token)) return token;
    }
  }
  return null;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

interface Refusal {
  code?: unknown;
  message?: unknown;
  error?: { code?: unknown; message?: unknown } | string | null;
}

/** Code and message, in the shapes that are about: beside each other, in `error`, or `error` alone. */
function wordsOf(body: unknown): { code: string; message: string } {
  const { code, message, error } = (body ?? {}) as Refusal;
  const inner = typeof error === "object" ? error : { code: error, message: error };
  return { code: String(code ?? inner?.code ?? ""), message: String(message ?? inner?.message ?? "") };
}

const namesCsrf = ({ status }: Response, body: unknown): boolean => {
  const { code, message } = wordsOf(body);
  return (status === 403 || status === 419) && /csrf/i.test(`${code} ${message}`);
};

/** The error that an answer names, for code to act on. */
export function errorIn({ status }: Response, body: unknown): SessionError {
  const { code, message } = wordsOf(body);
  return { ...failure(code || `HTTP_${status}`), ...(message && { message }), status };
}
