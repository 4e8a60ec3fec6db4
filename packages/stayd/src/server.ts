// `stayd/server`: who is signed in, for programs that answer requests. Nothing of it is for browsers.
export type { SessionData } from "./backend.ts";
export { type GuardOptions, type Guarded, type Guards, finish, isGuarded, signInAddress } from "./server/guard.ts";
export { INITIAL_ID, initialElement, jsonForHtml } from "./server/html.ts";
export { type ServerOptions, secretsFrom } from "./server/options.ts";
export { type ProblemCode, SessionProblem } from "./server/problem.ts";
export type { ReadOptions, Reading } from "./server/read.ts";
export { safeReturnPath } from "./server/return-path.ts";
export { type RespondOptions, type StaydServer, staydServer } from "./server/server.ts";
