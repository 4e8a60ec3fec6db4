import type { Backend } from "./backend.ts";
import { type Credentials, type Registration, stayd } from "./backends/stayd.ts";
import type { Module } from "./brain.ts";
import type { SessionOptions } from "./options.ts";
import { type Session, sessionOver } from "./session.ts";

/** `createSession` over a way to get the module. */
export const createOver =
  (load: () => Module) =>
  <C = Credentials, R = Registration>(options: SessionOptions<C, R> = {}): Session<C, R> =>
    sessionOver(load(), options.backend ?? (stayd(options.url) as unknown as Backend<C, R>), options);
