/** What a link in a mail brought to this page. */
export type Arrival =
  | { kind: "none" }
  | { kind: "reset"; token: string }
  | { kind: "reset-failed"; code: string }
  | { kind: "verified" }
  | { kind: "verification-failed"; code: string };

/** Reads the address of the page, and nothing else. */
export function arrival(search: string): Arrival {
  const query = new URLSearchParams(search);
  const [token, code, from] = [query.get("token"), query.get("error"), query.get("from")];
  if (from === "verification") return code ? { kind: "verification-failed", code } : { kind: "verified" };
  if (token) return { kind: "reset", token };
  if (from === "reset" && code) return { kind: "reset-failed", code };
  return { kind: "none" };
}

/** Takes the arrival and wipes the address bar: a reset token in it would stay in the history and be copied along. */
export function takeArrival(): Arrival {
  const found = arrival(location.search);
  if (location.search) history.replaceState(null, "", location.pathname);
  return found;
}
