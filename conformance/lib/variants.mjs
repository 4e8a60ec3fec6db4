/**
 * The ways both servers are set up for comparison. Every member has a meaning for the reference (`reference/server.mjs`)
 * and for ours (`stayd/launch.mjs`).
 *
 * @typedef {{baseURL?: string, cookieCache: number, rateLimit: boolean, requireEmailVerification: boolean,
 *   deleteByMail: boolean, trustedOrigins: string[], expiresIn?: number, updateAge?: number, freshAge?: number,
 *   autoSignIn: boolean, autoSignInAfterVerification: boolean, signUp: boolean, changes: boolean, csrf?: string, plugins?: boolean, jwtClaims?: string, backends?: string}} Variant
 * Times are in seconds. `backends` is `backends` of ours, in one text. `csrf` and `jwtClaims` are `csrf.mode` and `jwt.claims` of ours; Better Auth has none of the first, and knows one kind of the second. `changes` is whether people may change their address and delete their account.
 */

/** @type {Variant} */
const plain = {
  cookieCache: 0,
  rateLimit: false,
  requireEmailVerification: false,
  deleteByMail: false,
  trustedOrigins: [],
  autoSignIn: true,
  autoSignInAfterVerification: false,
  signUp: true,
  changes: true,
};

/** @type {Record<string, Variant>} */
export const VARIANTS = {
  plain,
  cache: { ...plain, cookieCache: 300 },
  verified: { ...plain, requireEmailVerification: true },
  https: { ...plain, baseURL: "https://auth.example.test", cookieCache: 300 },
  trusting: { ...plain, trustedOrigins: ["https://app.example.test", "https://*.wild.example.test", "*.any.example.test"] },
  limited: { ...plain, rateLimit: true },
  mailed: { ...plain, deleteByMail: true },
  // A session is stale after a second.
  stale: { ...plain, freshAge: 1 },
  quiet: { ...plain, autoSignIn: false },
  welcoming: { ...plain, autoSignInAfterVerification: true },
  closed: { ...plain, signUp: false, changes: false },
  // Every answer renews; and a session that ends while one looks on.
  renewing: { ...plain, updateAge: 0 },
  "renewing-cache": { ...plain, updateAge: 0, cookieCache: 300 },
  // The plugins bearer, multi-session and jwt.
  plugins: { ...plain, plugins: true },
  short: { ...plain, expiresIn: 2, updateAge: 2 },
};

/** The secret of both servers, so that a test can sign and read cookies itself. */
export const SECRET = "conformance-secret-Q7f2kX9vLw4TzR8mB1nY6cJ3";
