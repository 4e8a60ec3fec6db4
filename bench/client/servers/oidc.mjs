// Just enough of an OpenID provider: discovery, authorization code at once and without asking, single-use refresh tokens.
import { json } from "../site.mjs";
import { PERSON, Tokens } from "./tokens.mjs";

/** @param {{ issuer?: (origin: string) => string }} options Auth0's issuer ends with a slash. */
export const oidc = ({ issuer = (origin) => origin } = {}) => async (site) => {
  const tokens = new Tokens(site.origin);
  const codes = new Map();
  const metadata = {
    issuer: issuer(site.origin),
    authorization_endpoint: `${site.origin}/authorize`,
    token_endpoint: `${site.origin}/oauth/token`,
    userinfo_endpoint: `${site.origin}/userinfo`,
    jwks_uri: `${site.origin}/jwks`,
  };
  const answer = ({ family, refresh }, nonce) => ({
    access_token: tokens.jwt(family),
    id_token: tokens.jwt(family, {
      iss: metadata.issuer, aud: "bench", name: tokens.name, email: PERSON.email, exp: Math.floor(Date.now() / 1000) + 86_400, ...(nonce && { nonce }),
    }),
    refresh_token: refresh,
    token_type: "Bearer",
    scope: "openid profile email offline_access",
    expires_in: tokens.lifetime,
  });

  function handle({ request, response, url, body }) {
    switch (url.pathname) {
      case "/.well-known/openid-configuration":
        return json(response, 200, metadata);
      case "/authorize": {
        const asked = url.searchParams;
        const code = tokens.next("code");
        codes.set(code, asked.get("nonce"));
        const back = new URL(asked.get("redirect_uri"));
        back.searchParams.set("code", code);
        back.searchParams.set("state", asked.get("state"));
        return response.writeHead(302, { location: back.href }).end();
      }
      case "/oauth/token": {
        const form = body.startsWith("{") ? new Map(Object.entries(JSON.parse(body))) : new URLSearchParams(body);
        if (form.get("grant_type") === "authorization_code") {
          const code = form.get("code");
          if (!codes.has(code)) return json(response, 400, { error: "invalid_grant" });
          const nonce = codes.get(code);
          codes.delete(code);
          return json(response, 200, answer(tokens.begin(), nonce));
        }
        const next = tokens.rotate(form.get("refresh_token"));
        if (next) return json(response, 200, answer(next));
        return json(response, 400, { error: "invalid_grant", error_description: "Unknown or invalid refresh token." });
      }
      case "/api/me":
        return json(response, tokens.bearer(request) ? 200 : 401, {});
      default:
        return json(response, 404, { path: url.pathname });
    }
  }
  return { handle, tokens, async close() {} };
};
