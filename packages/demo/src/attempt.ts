/** One call to the server, and what came of it. Nobody else in this page looks at a status or a message. */
export type Outcome<T> = { ok: true; data: T } | { ok: false; failure: Failure };

export type Failure =
  | { kind: "unreachable" }
  | { kind: "busy"; retryAfter: number | null }
  | { kind: "refused"; status: number; code: string | null; message: string | null };

interface Answer<T> {
  data: T | null;
  error: { status: number; code?: string | undefined; message?: string | undefined } | null;
}

type FetchOptions = { onError(context: { response: Response }): void };

type FailureListener = (failure: Failure) => void;
const listeners: FailureListener[] = [];

/** Hears of every failure, so that the banner appears whichever button found the server gone. */
export const onFailure = (listener: FailureListener): void => void listeners.push(listener);

/** Makes the call and sorts its failure. The call takes our fetch options, which note how long to wait. */
export async function attempt<T>(call: (options: FetchOptions) => Promise<Answer<T>>): Promise<Outcome<T>> {
  let retryAfter: number | null = null;
  const options: FetchOptions = {
    onError({ response }) {
      retryAfter = seconds(response.headers.get("retry-after") ?? response.headers.get("x-retry-after"));
    },
  };
  const outcome = await call(options).then(
    ({ data, error }): Outcome<T> =>
      error ? { ok: false, failure: sort(error, retryAfter) } : { ok: true, data: data as T },
    (): Outcome<T> => ({ ok: false, failure: { kind: "unreachable" } }),
  );
  if (!outcome.ok) for (const listener of listeners) listener(outcome.failure);
  return outcome;
}

function sort(error: NonNullable<Answer<unknown>["error"]>, retryAfter: number | null): Failure {
  // A proxy in front of a server that is gone answers 502 or 504.
  if (error.status === 502 || error.status === 504) return { kind: "unreachable" };
  if (error.status === 429 || error.status === 503) return { kind: "busy", retryAfter };
  return { kind: "refused", status: error.status, code: error.code ?? null, message: error.message ?? null };
}

function seconds(header: string | null): number | null {
  const value = Number.parseInt(header ?? "", 10);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

/** The codes a person can do something about, in words that say what. */
const WORDS: Record<string, string> = {
  INVALID_EMAIL_OR_PASSWORD: "That e-mail and password do not match an account.",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "There is an account with this e-mail already. Sign in, or use another address.",
  INVALID_EMAIL: "That is not a complete e-mail address.",
  PASSWORD_TOO_SHORT: "The password is too short: use at least 8 characters.",
  PASSWORD_TOO_LONG: "The password is too long: use at most 128 characters.",
  INVALID_PASSWORD: "The current password is not right.",
  EMAIL_NOT_VERIFIED: "Verify your e-mail first: the link is in your mail.",
  EMAIL_ALREADY_VERIFIED: "This e-mail is verified already.",
  INVALID_TOKEN: "This link is not valid any more. Ask for a new one.",
  TOKEN_EXPIRED: "This link has expired. Ask for a new one.",
  SESSION_NOT_FRESH: "You signed in more than a day ago. Sign out and in again to see the list.",
  UNAUTHORIZED: "This session has ended. Sign in again.",
  RESET_PASSWORD_DISABLED: "This server sends no mail, so it cannot reset passwords.",
  VERIFICATION_EMAIL_NOT_ENABLED: "This server sends no mail, so it cannot verify addresses.",
};

/** A code in words, for people. */
export function explainCode(code: string): string {
  return WORDS[code] ?? `The server answered ${code}.`;
}

/** A failure in words, for people. */
export function explain(failure: Failure): string {
  switch (failure.kind) {
    case "unreachable":
      return "The server cannot be reached. Nothing was changed; try again in a moment.";
    case "busy":
      return failure.retryAfter
        ? `Too many attempts. Try again in ${failure.retryAfter} ${failure.retryAfter === 1 ? "second" : "seconds"}.`
        : "The server is busy. Try again in a moment.";
    case "refused":
      return (
        (failure.code && WORDS[failure.code]) ||
        failure.message ||
        `The server answered with an error (${failure.status}). Try again.`
      );
  }
}
