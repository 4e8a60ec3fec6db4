// `stayd/sveltekit`: the session in `event.locals`, in the data of every page, and guards.
import { error, redirect } from "@sveltejs/kit";
import { type GuardOptions, type Reading, type RespondOptions, type SessionData, type StaydServer, signInAddress } from "stayd/server";

/** What of SvelteKit's `RequestEvent` is used here. */
export interface KitEvent {
  request: Request;
  url: URL;
  isDataRequest: boolean;
  locals: object;
  getClientAddress(): string;
}

/** What `staydHandle` puts into `App.Locals`; `undefined` when the server could not say who it is. */
export interface StaydLocals {
  session: SessionData | null | undefined;
}

/** For `hooks.server.ts`: `export const handle = staydHandle(auth, { guard: ["/account"] })`. */
export const staydHandle =
  (auth: StaydServer, options: RespondOptions = {}) =>
  async <E extends KitEvent>({ event, resolve }: { event: E; resolve: (event: E) => Response | Promise<Response> }): Promise<Response> => {
    const { request, url, isDataRequest } = event;
    const how = { ...options, url, address: options.address ?? addressOf(event) };
    let passed = false;
    const answer = ({ data }: Reading): Response | Promise<Response> => {
      passed = true;
      (event.locals as StaydLocals).session = data;
      return resolve(event);
    };
    const response = await auth.respond(request, how, answer);
    // SvelteKit asks for the data of a page with a request that is no navigation; how it is told to go elsewhere is its own affair.
    if (isDataRequest && response.status === 401 && !passed) redirect(303, signInAddress(url, options));
    return response;
  };

/** For `+layout.server.ts`: `export const load = staydLoad`. Gives every page `data.session`, as `createSession({ initial })` takes it. */
export const staydLoad = ({ locals }: { locals: object }): StaydLocals => ({ session: (locals as StaydLocals).session });

/** For a `load` or an action that only signed-in people may run. */
export function requireSession({ locals, url }: { locals: object; url: URL }, options: GuardOptions = {}): SessionData {
  const { session } = locals as Partial<StaydLocals>;
  if (session) return session;
  if (session === undefined) error(503, "Who is signed in cannot be told at the moment. Please try again.");
  redirect(303, signInAddress(url, options));
}

/** Pages that are made while building have no visitor. */
function addressOf(event: KitEvent): string | undefined {
  try {
    return event.getClientAddress();
  } catch {
    return undefined;
  }
}
