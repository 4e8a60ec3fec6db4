import type { AnySession } from "../adapters/session.ts";
import { refusal, send } from "../ask.ts";
import type { SessionError } from "../backend.ts";

/** An answer that is good, or one of the statuses that were expected as well. */
export interface Reply {
  status: number;
  body: unknown;
}

/** Asks the server about documents of `person`. Throws a `SessionError` for every other status than 2xx and those that are `expected`, and where no answer came. */
export type Ask = (path: string, person: string, init?: RequestInit, expected?: number[]) => Promise<Reply>;

/** The person is named in each request: where somebody else has signed in a moment ago, the server changes and tells nothing. */
export const createAsk =
  (session: AnySession, url: string): Ask =>
  async (path, person, init, expected = []) => {
    const response = await send(session, `${url}${path}?userId=${encodeURIComponent(person)}`, init);
    const { ok, status } = response;
    const body = (await response.json().catch(() => null)) as Partial<SessionError> | null;
    if ((ok && body) || expected.includes(status)) return { status, body };
    // This page does not know yet who is signed in.
    if (body?.code === "OTHER_PERSON") void session.refresh();
    throw refusal(body?.code ?? `HTTP_${status}`, body?.message ?? "", status);
  };
