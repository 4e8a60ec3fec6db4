// A strict single-use server's worst network: whoever comes second with a token comes too late.
//
// For one grace the server answers a used token with 409 and leaves the browser's cookies alone; after it the token is unknown, and the
// answer takes the successor from the browser. So what comes second is held back until then: a race that is lost costs the session.
import { setTimeout as wait } from "node:timers/promises";
import { cookies } from "./cookies.mjs";

/** The shortest that the server can be set to. */
export const GRACE = 1000;
/** A token is replaced at each use, but not twice within the grace. */
export const STRICT = { STAYD_SESSION_ROTATION: "strict", STAYD_SESSION_ROTATION_GRACE: "1s", STAYD_SESSION_UPDATE_AGE: "0" };
const TOKEN = "better-auth.session_token";

/** @param {{ pass: (exchange: object) => Promise, opens: (cookie: string) => Promise<boolean> }} server */
export function lateReuse({ pass, opens }) {
  // Of each token that was shown since `arm`, its first use.
  let uses = null;
  const late = new Set();

  function handle(exchange) {
    const token = cookies(exchange.request)[TOKEN];
    if (!uses || !token || !exchange.url.pathname.endsWith("/get-session")) return pass(exchange);
    const first = uses.get(token);
    if (first) {
      const answered = first.then(() => wait(GRACE + 100)).then(() => pass(exchange));
      late.add(answered);
      return answered.finally(() => late.delete(answered));
    }
    const answered = pass(exchange);
    uses.set(token, answered);
    return answered;
  }

  return {
    handle,
    /** To be called when the last token is older than the grace: from now on each first use spends its token. */
    arm: () => void (uses = new Map()),
    /** Waits for those that come late. Throws if the token that was shown first still works: then the round has shown nothing. */
    async disarm() {
      const [first] = uses.keys();
      uses = null;
      await Promise.allSettled(late);
      if (first && (await opens(`${TOKEN}=${first}`))) throw new Error("the server is not strict: a used token still works");
    },
  };
}
