// `stayd/fetch`: any server whose handlers are `(Request) => Response`: Deno, Bun, workers, Hono, Node with an adapter.
import type { Reading, RespondOptions, StaydServer } from "../server.ts";

/** A handler that also gets who is signed in, and whatever else the platform gives. */
export type SessionHandler<Rest extends unknown[]> = (request: Request, session: Reading["data"], ...rest: Rest) => Response | Promise<Response>;

/** Gives a handler the session of each request, guards what is to be guarded, and sends the session's cookies along. */
export const withSession =
  <Rest extends unknown[]>(auth: StaydServer, handler: SessionHandler<Rest>, options: RespondOptions = {}) =>
  (request: Request, ...rest: Rest): Promise<Response> =>
    auth.respond(request, options, ({ data }) => handler(request, data, ...rest));
