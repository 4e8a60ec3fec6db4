// The entry `stayd/csrf`: tokens for any server that asks for them, and a backend for those that know nothing else.
export { type CsrfBackendOptions, csrf } from "./backends/csrf.ts";
export { type Csrf, type CsrfDecision, type CsrfOptions, createCsrf } from "./tokens.ts";
