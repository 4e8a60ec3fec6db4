import { module } from "./module.ts";
import type { Module } from "./brain.ts";
import { fromText } from "./bytes.ts";
import { createOver } from "./create.ts";

let compiled: WebAssembly.Module | undefined;

/** Keeps the person of this page signed in. Has its first value when it returns. Under a CSP it needs `'wasm-unsafe-eval'`. */
export const createSession = createOver(() => {
  compiled ??= new WebAssembly.Module(fromText(module));
  return new WebAssembly.Instance(compiled).exports as unknown as Module;
});

export * from "./exports.ts";
