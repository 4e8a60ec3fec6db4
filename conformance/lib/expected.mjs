/** What ours answers where it differs, in words that several scenarios share. */
import { keep } from "./scenario.mjs";

/** The Set-Cookie lines that clear a browser. @param {import("./scenario.mjs").Run} run */
export function cleared(run) {
  const attributes = `Max-Age=0; Path=/; HttpOnly;${run.secure ? " Secure;" : ""} SameSite=Lax`;
  return Object.fromEntries(["dont_remember", "session_data", "session_token"]
    .map((suffix) => [run.cookieName(suffix), `(deleted); ${attributes}`]));
}

/** The same names without a Set-Cookie line. @param {import("./scenario.mjs").Run} run */
export function untouched(run) {
  return Object.fromEntries(["dont_remember", "session_data", "session_token"].map((suffix) => [run.cookieName(suffix), undefined]));
}

const JSON_TYPE = { "content-type": "application/json" };

/** A refusal by the schema. @param {string} message */
export const invalid = (message) => ({ status: 400, headers: JSON_TYPE, body: { message, code: "VALIDATION_ERROR" } });

export const UNAUTHORIZED = { status: 401, headers: JSON_TYPE, body: { message: "Unauthorized", code: "UNAUTHORIZED" } };

/** A mail token that is not taken. */
export const INVALID_TOKEN = { status: 401, headers: JSON_TYPE, body: { message: "Invalid token", code: "INVALID_TOKEN" } };

/**
 * A refusal before any route is looked for: as JSON, and with no more headers than say that it is not to be stored or guessed at.
 * @param {number} status @param {string} code @param {string} message
 */
export const atTheDoor = (status, code, message) => ({
  status, headers: { ...JSON_TYPE, pragma: undefined }, extraHeaders: ["x-content-type-options"], body: { code, message }, sessionToken: "none",
});

/** A request to a name that is not the deployment's. @param {import("./scenario.mjs").Run} run */
export const foreignHost = (run) => keep("D-26", { ...atTheDoor(421, "FOREIGN_HOST", "This host is not served here"), cookies: untouched(run) });

/** A request whose target is no URI: the HTTP layer turns it away, with nothing to say. */
export const UNPARSED = { status: 400, headers: { "cache-control": undefined, location: undefined }, extraHeaders: [], body: "(empty)" };
