// `stayd/astro`: the session in `Astro.locals`, and guards.
import type { Reading, RespondOptions, SessionData, StaydServer } from "../server.ts";

/** What of Astro's `APIContext` is used here. */
export interface AstroContext {
  request: Request;
  url: URL;
  locals: object;
  isPrerendered: boolean;
  readonly clientAddress: string;
}

/** What `staydMiddleware` puts into `App.Locals`; `undefined` when the server could not say who it is. */
export interface StaydLocals {
  session: SessionData | null | undefined;
}

/** For `src/middleware.ts`: `export const onRequest = staydMiddleware(auth, { guard: ["/account"] })`. */
export const staydMiddleware =
  (auth: StaydServer, options: RespondOptions = {}) =>
  async (context: AstroContext, next: () => Promise<Response>): Promise<Response> => {
    const { request, url, locals } = context;
    // A page that is made while building has no visitor.
    if (context.isPrerendered) return next();
    const how = { ...options, url, address: options.address ?? addressOf(context) };
    return auth.respond(request, how, ({ data }: Reading) => {
      (locals as StaydLocals).session = data;
      return next();
    });
  };

function addressOf(context: AstroContext): string | undefined {
  try {
    return context.clientAddress;
  } catch {
    return undefined;
  }
}
