/** Whether a text has the form of a JSON Web Token. @param {string} text */
export const isJwt = (text) => /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]+$/.test(text);

/**
 * What a token of the `jwt` plugin says, without what differs from run to run. Whether it is signed well the client's test asks.
 * @param {string} token @param {import("./names.mjs").Names} names @param {number} now ms
 */
export function jwtText(token, names, now) {
  const [header, payload] = token.split(".", 2).map((part) => JSON.parse(Buffer.from(part, "base64url").toString("utf8")));
  const claims = Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, claim(name, value, names, now)]));
  return { header: { ...header, kid: typeof header.kid === "string" && header.kid !== "" ? "<kid>" : header.kid }, payload: claims };
}

/** Times of a token are seconds; one that has just been made may be a minute and a half old on a busy machine. */
function claim(name, value, names, now) {
  if (["iat", "exp", "auth_time"].includes(name)) {
    const minutes = Math.round((value * 1000 - now) / 60_000);
    return Math.abs(minutes) <= 1 ? "<now>" : Math.abs(minutes - 15) <= 1 ? "<now + 15 minutes>" : `<now ${minutes} minutes>`;
  }
  if (name === "jti") return "<jti>";
  return typeof value === "string" ? names.string(value, now) : value;
}
