import type { Backend } from "./backend.ts";
import { type Credentials, type Registration, stayd } from "./backends/stayd.ts";
import type { Module } from "./brain.ts";
import { type SessionOptions, configOf } from "./options.ts";
import { type Session, sessionOver } from "./session.ts";

/**
 * `createSession` over a way to get the module. One that a session is done with serves the next: browsers set 10 GB of addresses aside for
 * each, and have them back only when they come to it.
 */
export const createOver = (load: () => Module) => {
  const free: Module[] = [];
  return <C = Credentials, R = Registration>(options: SessionOptions<C, R> = {}): Session<C, R> => {
    const config = configOf(options);
    const module = free.pop() ?? load();
    const backend = options.backend ?? (stayd(options.url) as unknown as Backend<C, R>);
    return sessionOver(module, config, backend, options, () => free.push(module));
  };
};
