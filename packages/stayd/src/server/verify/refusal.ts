/** Why a request was not let through. What was wrong with a token is told nobody. */
export type Refusal = "missing" | "invalid" | "not-fresh" | "unavailable";

const ANSWERS: Record<Refusal, [status: number, code: string, message: string]> = {
  missing: [401, "UNAUTHORIZED", "Unauthorized"],
  invalid: [401, "UNAUTHORIZED", "Unauthorized"],
  "not-fresh": [403, "SESSION_NOT_FRESH", "Session is not fresh"],
  unavailable: [503, "SERVICE_UNAVAILABLE", "Service unavailable. Please try again later."],
};

/** The answer to give, with what to show instead (RFC 6750; RFC 9470). `freshAge` in ms. */
export function refusalOf(refusal: Refusal, freshAge: number): Response {
  const [status, code, message] = ANSWERS[refusal];
  const headers = new Headers({ "cache-control": "no-store" });
  if (refusal === "missing") headers.set("www-authenticate", "Bearer");
  if (refusal === "invalid") headers.set("www-authenticate", 'Bearer error="invalid_token"');
  if (refusal === "not-fresh") {
    headers.set("www-authenticate", `Bearer error="insufficient_user_authentication", max_age="${freshAge / 1000}"`);
  }
  if (refusal === "unavailable") headers.set("retry-after", "1");
  return Response.json({ message, code }, { status, headers });
}
