/** What ours answers where it differs, in words that several scenarios share. */

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
