import type { Result } from "stayd";
import { SERVER, session, type SessionError } from "./session.ts";

/** A call that the client has no name for. `session.fetch` waits, renews and tries once more, as the client's own calls do. */
export async function post(path: string, body: unknown): Promise<Result> {
  try {
    const response = await session.fetch(SERVER + path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return response.ok ? { ok: true } : refused(await refusal(response));
  } catch (thrown) {
    return refused(failure(thrown));
  }
}

/** What was thrown by a call of the client or of the browser, as an error of the client. */
export function failure(thrown: unknown): SessionError {
  const error = thrown as Partial<SessionError> | null;
  // Errors of the browser itself (a `TypeError`, a `DOMException`) have no code that is a word.
  if (typeof error?.code === "string") return { ...error, code: error.code, message: error.message ?? "" };
  return { code: "unreachable", message: "The server cannot be reached" };
}

/** Passes an error on. Where it throws doubt on what the page shows, the server is asked who is signed in. */
export function refused(error: SessionError): { ok: false; error: SessionError } {
  if (error.code === "unreachable" || error.status === 401) void session.refresh();
  return { ok: false, error };
}

async function refusal(response: Response): Promise<SessionError> {
  const { status, headers } = response;
  const body = (await response.json().catch(() => null)) as { code?: unknown; message?: unknown } | null;
  const seconds = Number.parseInt(headers.get("retry-after") ?? headers.get("x-retry-after") ?? "", 10);
  return {
    code: String(body?.code ?? `HTTP_${status}`),
    message: String(body?.message ?? ""),
    status,
    ...(seconds > 0 && { retryAfter: seconds * 1000 }),
  };
}
