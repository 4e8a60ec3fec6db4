// `stayd/verify`: the check of cookies and access tokens in back ends that are not the Stayd server. Nothing of it is for browsers.
export { type ProblemCode, SessionProblem } from "./server/problem.ts";
export { secretsFrom } from "./server/options.ts";
export { type Counts, type Shown, type StaydVerifier, staydVerifier } from "./server/verifier.ts";
export type { VerifierOptions } from "./server/verify/options.ts";
export type { VerifiedSession } from "./server/verify/remembered.ts";
