/** Why it could not be said who is signed in. */
export type ProblemCode =
  /** The secret here is not the server's: what it signed does not verify. */
  | "wrong-secret"
  /** What answers there does not speak the protocol. */
  | "another-protocol"
  /** The server does not serve the host name that it was asked by. */
  | "misdirected"
  /** No answer: no network, nobody listening, too late. */
  | "unreachable"
  /** The server is there and cannot answer now. */
  | "unavailable"
  /** The cookie has just been replaced by another request's; the browser has the new one. */
  | "superseded";

export interface ProblemDetails {
  /** What was expected, where something else came. */
  expected?: string;
  /** What came instead. */
  received?: string;
  /** How long the server asks to wait, in seconds. */
  retryAfter?: number;
  cause?: unknown;
}

/** Something is wrong between this program and the Stayd server; never something that a visitor's cookie can bring about. */
export class SessionProblem extends Error {
  override readonly name = "SessionProblem";
  readonly code: ProblemCode;
  readonly expected: string | undefined;
  readonly received: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ProblemCode, message: string, { expected, received, retryAfter, cause }: ProblemDetails = {}) {
    const detail = expected ? `: expected ${expected}; received ${received}` : "";
    super(message + detail, cause === undefined ? undefined : { cause });
    this.code = code;
    this.expected = expected;
    this.received = received;
    this.retryAfter = retryAfter;
  }
}

/** Tells of each kind of problem once, and again only after it had gone. */
export interface Reporter {
  report(problem: SessionProblem): void;
  /** The server has answered as it should; where `code` is given, this alone is known to be over. */
  recovered(code?: ProblemCode): void;
}

export function createReporter(onProblem: (problem: SessionProblem) => void): Reporter {
  const told = new Set<ProblemCode>();
  return {
    report(problem) {
      if (problem.code === "superseded" || told.has(problem.code)) return;
      told.add(problem.code);
      onProblem(problem);
    },
    recovered(code) {
      // A wrong secret stays wrong.
      for (const one of told) if (one !== "wrong-secret" && (code ?? one) === one) told.delete(one);
    },
  };
}
