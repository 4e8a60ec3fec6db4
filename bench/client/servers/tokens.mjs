// Access tokens that end and refresh tokens that work once: the part that the stand-in servers share.
import { createHash } from "node:crypto";

export const PERSON = { id: "person-1", email: "ada@example.com" };

/** What a stand-in knows. Ids and tokens are counted, not drawn, so that a run is the same each time. */
export class Tokens {
  #counter = 0;
  #families = new Map();
  #refresh = new Map();

  /** Seconds that the next access tokens live. */
  lifetime = 3600;
  /** Requests with a refresh token that had been used before. */
  reuses = 0;
  /** Renewals that succeeded. */
  renewals = 0;
  name = "Ada";

  constructor(origin) {
    this.origin = origin;
  }

  next(kind) {
    this.#counter += 1;
    return `${kind}-${this.#counter}-${createHash("sha256").update(`${kind}${this.#counter}`).digest("hex").slice(0, 24)}`;
  }

  /** A new session: `{ family, refresh }`. */
  begin() {
    const family = this.next("family");
    this.#families.set(family, { ended: false });
    return { family, refresh: this.#grant(family) };
  }

  /** Trades a refresh token for its successor. `null` if it was used before, or its session has ended. */
  rotate(refresh) {
    const record = this.#refresh.get(refresh);
    if (!record || this.#families.get(record.family)?.ended) return null;
    if (record.used) {
      this.reuses += 1;
      return null;
    }
    record.used = true;
    this.renewals += 1;
    return { family: record.family, refresh: this.#grant(record.family) };
  }

  end(family) {
    const record = this.#families.get(family);
    if (record) record.ended = true;
  }

  endAll() {
    for (const record of this.#families.values()) record.ended = true;
    return Date.now();
  }

  isLive(family) {
    return this.#families.get(family)?.ended === false;
  }

  #grant(family) {
    const refresh = this.next("refresh");
    this.#refresh.set(refresh, { family, used: false });
    return refresh;
  }

  /** A JWT with `claims`. The signature is no signature: no client in a browser can check one. */
  jwt(family, claims = {}) {
    const now = Math.floor(Date.now() / 1000);
    const body = { iss: this.origin, sub: PERSON.id, iat: now, exp: now + this.lifetime, family, ...claims };
    const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return `${part({ alg: "RS256", typ: "JWT", kid: "bench" })}.${part(body)}.c2lnbmF0dXJl`;
  }

  /** The claims of a token that has not ended, else `null`. */
  check(jwt) {
    try {
      const claims = JSON.parse(Buffer.from(jwt.split(".")[1], "base64url"));
      return claims.exp * 1000 > Date.now() && this.isLive(claims.family) ? claims : null;
    } catch {
      return null;
    }
  }

  bearer(request) {
    return this.check((request.headers.authorization ?? "").replace(/^Bearer /, ""));
  }
}
