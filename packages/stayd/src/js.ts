import type { Module } from "./brain.ts";
import { createOver } from "./create.ts";
import { instantiate } from "./module-js.ts";

/** As `createSession` of the main entry, from the same machine as plain JavaScript: for pages whose CSP forbids WebAssembly. */
export const createSession = createOver(() => instantiate() as unknown as Module);

export * from "./exports.ts";
