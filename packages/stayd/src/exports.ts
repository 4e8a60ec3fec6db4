// What both entries offer beside `createSession`.
export type { Answer, Backend, SessionData, SessionEntry, SessionError, SessionFields, Trouble, UserFields } from "./backend.ts";
export { type Credentials, type Registration, stayd } from "./backends/stayd.ts";
export type { Channel, Connection } from "./connections.ts";
export { type Derived, derived } from "./derived.ts";
export type { DebugStep, SessionOptions } from "./options.ts";
export { SessionFailure } from "./queue.ts";
export type { Result, Session, SessionEvent } from "./session.ts";
export type { SessionView } from "./view.ts";
