// Just enough of a SuperTokens backend in cookie mode: sign-in, single-use refresh tokens, sign-out.
import { json } from "../site.mjs";
import { cookies } from "./cookies.mjs";
import { PERSON, Tokens } from "./tokens.mjs";

export async function supertokens(site) {
  const tokens = new Tokens(site.origin);
  const granted = ({ family, refresh }) => {
    const now = Date.now();
    const iat = Math.floor(now / 1000);
    // The client measures its clock against `iat`.
    const front = { uid: PERSON.id, ate: now + tokens.lifetime * 1000, up: { name: tokens.name, iat, exp: iat + tokens.lifetime } };
    return {
      "set-cookie": [
        `sAccessToken=${tokens.jwt(family)}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000`,
        `sRefreshToken=${refresh}; Path=/auth/session/refresh; HttpOnly; SameSite=Lax; Max-Age=8640000`,
      ],
      "front-token": Buffer.from(JSON.stringify(front)).toString("base64"),
      "access-control-expose-headers": "front-token",
    };
  };
  const cleared = {
    "set-cookie": ["sAccessToken=; Path=/; Max-Age=0", "sRefreshToken=; Path=/auth/session/refresh; Max-Age=0"],
    "front-token": "remove",
  };

  function handle({ request, response, url }) {
    const { sAccessToken = "", sRefreshToken = "" } = cookies(request);
    const claims = tokens.check(sAccessToken);
    switch (url.pathname) {
      case "/auth/signin":
        return json(response, 200, { status: "OK" }, granted(tokens.begin()));
      case "/auth/session/refresh": {
        const next = tokens.rotate(sRefreshToken);
        if (next) return json(response, 200, {}, granted(next));
        return json(response, 401, { message: "unauthorised" }, cleared);
      }
      case "/auth/signout":
        if (claims) tokens.end(claims.family);
        return claims ? json(response, 200, { status: "OK" }, cleared) : json(response, 401, { message: "try refresh token" });
      case "/api/me":
        return json(response, claims ? 200 : 401, {});
      default:
        return json(response, 404, { path: url.pathname });
    }
  }
  return { handle, tokens, async close() {} };
}
