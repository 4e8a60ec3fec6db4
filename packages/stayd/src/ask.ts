import type { AnySession } from "./adapters/session.ts";
import type { SessionError } from "./backend.ts";

/** An error as it is thrown: with a stack. */
export const refusal = (code: string, message: string, status?: number): Error & SessionError =>
  Object.assign(new Error(message), { code, ...(status !== undefined && { status }) });

/** Sends a request the session's way. What fails without an answer and without a word of the session's is `unreachable`, as in a view. */
export async function send(session: AnySession, url: string, init?: RequestInit): Promise<Response> {
  try {
    return await session.fetch(url, { credentials: "include", ...init });
  } catch (thrown) {
    const { code, message } = thrown as SessionError;
    // A browser's own errors have none, or a number.
    if (typeof code === "string") throw thrown;
    throw Object.assign(refusal("unreachable", message), { cause: thrown });
  }
}
