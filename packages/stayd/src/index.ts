import type { Backend } from "./backend.ts";
import { type Credentials, type Registration, stayd } from "./backends/stayd.ts";
import type { Module } from "./brain.ts";
import { fromHex } from "./bytes.ts";
import { module } from "./module.ts";
import type { SessionOptions } from "./options.ts";
import { type Session, sessionOver } from "./session.ts";

/** Keeps the person of this page signed in. Has its first value when it returns. */
export function createSession<C = Credentials, R = Registration>(options: SessionOptions<C, R> = {}): Session<C, R> {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(fromHex(module)));
  const backend = options.backend ?? (stayd(options.url) as unknown as Backend<C, R>);
  return sessionOver(exports as unknown as Module, backend, options);
}

export { stayd };
export type { Credentials, Registration } from "./backends/stayd.ts";
export type { Answer, Backend, SessionData, SessionEntry, SessionError, Trouble } from "./backend.ts";
export type { Channel, Connection } from "./connections.ts";
export type { DebugStep, SessionOptions } from "./options.ts";
export { SessionFailure } from "./queue.ts";
export type { Result, Session, SessionEvent } from "./session.ts";
export type { SessionView } from "./view.ts";
