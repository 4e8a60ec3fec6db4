/**
 * The ways both servers are set up for comparison. Every member has a meaning for the reference (`reference/server.mjs`)
 * and for ours (`stayd/launch.mjs`).
 *
 * @typedef {{baseURL?: string, cookieCache: number, rateLimit: boolean, requireEmailVerification: boolean,
 *   deleteByMail: boolean, trustedOrigins: string[], expiresIn?: number, updateAge?: number, freshAge?: number,
 *   autoSignIn: boolean, autoSignInAfterVerification: boolean, signUp: boolean, changes: boolean, csrf?: string, plugins?: boolean, jwtClaims?: string, backends?: string, passwordHash: string}} Variant
 * Times are in seconds. `backends` is `backends` of ours, in one text. `csrf` and `jwtClaims` are `csrf.mode` and `jwt.claims` of ours; Better Auth has none of the first, and knows one kind of the second. `passwordHash` is `password.hash` of ours, which no answer tells; Better Auth has scrypt. `changes` is whether people may change their address and delete their account.
 */

/** With the hash that Better Auth has. @type {Variant} */
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
  passwordHash: "scrypt",
};

/** With the cheaper of our two hashes. */
const cheaper = { ...plain, passwordHash: "argon2id" };

/** @type {Record<string, Variant>} */
export const VARIANTS = {
  plain,
  cache: { ...cheaper, cookieCache: 300 },
  verified: { ...cheaper, requireEmailVerification: true },
  https: { ...cheaper, baseURL: "https://auth.example.test", cookieCache: 300 },
  trusting: { ...cheaper, trustedOrigins: ["https://app.example.test", "https://*.wild.example.test", "*.any.example.test"] },
  limited: { ...cheaper, rateLimit: true },
  mailed: { ...cheaper, deleteByMail: true },
  // A session is stale after a second.
  stale: { ...cheaper, freshAge: 1 },
  quiet: { ...cheaper, autoSignIn: false },
  welcoming: { ...cheaper, autoSignInAfterVerification: true },
  closed: { ...cheaper, signUp: false, changes: false },
  // Every answer renews; and a session that ends while one looks on.
  renewing: { ...cheaper, updateAge: 0 },
  "renewing-cache": { ...cheaper, updateAge: 0, cookieCache: 300 },
  // The plugins bearer, multi-session and jwt.
  plugins: { ...cheaper, plugins: true },
  short: { ...cheaper, expiresIn: 2, updateAge: 2 },
};

/** The secret of both servers, so that a test can sign and read cookies itself. */
export const SECRET = "conformance-secret-Q7f2kX9vLw4TzR8mB1nY6cJ3";
