import type { SessionData } from "../backend.ts";
import { forward } from "./forward.ts";
import { type GuardOptions, type Guarded, type Guards, finish, guard, isGuarded, isSignInPage } from "./guard.ts";
import { type ServerOptions, settingsOf } from "./options.ts";
import { createReporter } from "./problem.ts";
import { type ReadOptions, type Reading, createReader } from "./read.ts";
import { safeReturnPath } from "./return-path.ts";

export interface RespondOptions extends GuardOptions {
  /** What only signed-in people see: paths, with everything below them, or a function of the address. Default: nothing. */
  guard?: Guards;
  /** Passes requests below this path (`true`: `/api/auth`) on to the server, where no proxy in front does. */
  forward?: boolean | string;
  /** The visitor's address, where it is known. */
  address?: string | undefined;
}

/** Who is signed in, for programs that answer requests. */
export interface StaydServer {
  /** Who has sent the request, with the cookies that the answer must carry. Never throws; the same request is read once. */
  read(request: Request, options?: ReadOptions): Promise<Reading>;
  /**
   * The session and its person, or `null`. Throws {@link SessionProblem} when the server cannot say. Like `guard` and
   * `requireSession` it renews nothing by itself, for the cookies could not be sent on: `respond` and `read` do.
   */
  session(request: Request, options?: ReadOptions): Promise<SessionData | null>;
  /** The session of a request that must have one, or the answer to give instead. */
  guard(request: Request, options?: GuardOptions & ReadOptions): Promise<Guarded>;
  /** The session of a request that must have one. Throws the answer to give instead, a `Response`. */
  requireSession(request: Request, options?: GuardOptions & ReadOptions): Promise<SessionData>;
  /** Where somebody who has just signed in goes on: the path in the query, or `otherwise` (default `/`) if it is not safe. */
  returnPath(request: Request, options?: { parameter?: string; otherwise?: string }): string;
  /**
   * Passes requests below `path` (default `/api/auth`) on to the server; `undefined` for all others. Where the server does not answer,
   * 502 or 504 with a code in JSON.
   */
  forward(request: Request, path?: string, address?: string): Promise<Response | undefined>;
  /** All of it for one request: forwards, guards, and gives the answer that `answer` makes with the reading its cookies. */
  respond(request: Request, options: RespondOptions, answer: (reading: Reading) => Response | Promise<Response>): Promise<Response>;
}

/** Reads sessions of a Stayd server, or of a Better Auth server. Make one and keep it: it keeps the keys. */
export function staydServer(options: ServerOptions): StaydServer {
  const settings = settingsOf(options);
  const reporter = createReporter(settings.onProblem);
  const readAnew = createReader(settings, reporter);
  const keyOf = ({ fresh = false, renew = true }: ReadOptions): string => `${fresh} ${renew}`;
  const known = new WeakMap<Request, Map<string, Promise<Reading>>>();

  // A layout, a page and a guard ask about the same request; cookies that come with the answer would else come twice.
  const read = (request: Request, how: ReadOptions = {}): Promise<Reading> => {
    const readings = known.get(request) ?? new Map<string, Promise<Reading>>();
    known.set(request, readings);
    const key = keyOf(how);
    const reading = readings.get(key) ?? readAnew(request, how);
    readings.set(key, reading);
    return reading;
  };

  // Whoever is given the session alone cannot send cookies on, and a renewal whose cookies are lost ends a session whose token is
  // replaced with it. So nothing is renewed, unless a reading of this request that may renew is there already.
  const readAlone = (request: Request, how: ReadOptions = {}): Promise<Reading> =>
    read(request, { ...how, renew: how.renew ?? known.get(request)?.has(keyOf({ ...how, renew: true })) ?? false });

  const guarded = async (request: Request, how: GuardOptions & ReadOptions = {}): Promise<Guarded> =>
    guard(request, await readAlone(request, how), how);

  const passOn = (request: Request, path = "/api/auth", address?: string): Promise<Response | undefined> =>
    forward(request, path.replace(/\/+$/, ""), settings, reporter, address);

  return {
    read,
    guard: guarded,
    async session(request, how) {
      const { data, problem } = await readAlone(request, how);
      if (data === undefined) throw problem;
      return data;
    },
    async requireSession(request, how) {
      const { data, response } = await guarded(request, how);
      if (response) throw response;
      return data;
    },
    returnPath: (request, { parameter = "next", otherwise = "/" } = {}) =>
      safeReturnPath(new URL(request.url).searchParams.get(parameter), otherwise),
    forward: passOn,
    async respond(request, how, answer) {
      const { forward: path, address, guard: guards, url = new URL(request.url) } = how;
      const passed = path && (await passOn(request, path === true ? undefined : path, address));
      if (passed) return passed;
      const reading = await read(request, { address });
      const refused = guards && isGuarded(url, guards) && !isSignInPage(url, how) && guard(request, reading, how).response;
      return refused || finish(await answer(reading), reading);
    },
  };
}
