// Just enough of Supabase's auth server: password sign-in, single-use refresh tokens, user, logout.
import { json } from "../site.mjs";
import { PERSON, Tokens } from "./tokens.mjs";

export async function supabase(site) {
  const tokens = new Tokens(site.origin);
  const user = () => ({
    id: PERSON.id, aud: "authenticated", role: "authenticated", email: PERSON.email,
    app_metadata: {}, user_metadata: { name: tokens.name }, created_at: "2026-01-01T00:00:00Z",
  });
  const session = ({ family, refresh }) => ({
    access_token: tokens.jwt(family, { email: PERSON.email, role: "authenticated" }),
    token_type: "bearer",
    expires_in: tokens.lifetime,
    expires_at: Math.floor(Date.now() / 1000) + tokens.lifetime,
    refresh_token: refresh,
    user: user(),
  });
  const refused = { code: 400, error_code: "refresh_token_already_used", msg: "Invalid Refresh Token: Already Used" };

  function handle({ request, response, url, body }) {
    const claims = tokens.bearer(request);
    switch (`${request.method} ${url.pathname}`) {
      case "POST /auth/v1/token": {
        if (url.searchParams.get("grant_type") === "password") return json(response, 200, session(tokens.begin()));
        const next = tokens.rotate(JSON.parse(body).refresh_token);
        return next ? json(response, 200, session(next)) : json(response, 400, refused);
      }
      case "PUT /auth/v1/user":
        if (claims) tokens.name = JSON.parse(body).data.name;
      // falls through: both answer with the person
      case "GET /auth/v1/user":
        return claims ? json(response, 200, user()) : json(response, 403, { code: 403, error_code: "bad_jwt", msg: "invalid JWT" });
      case "POST /auth/v1/logout":
        if (claims) tokens.end(claims.family);
        return response.writeHead(204).end();
      case "GET /api/me":
        return json(response, claims ? 200 : 401, {});
      default:
        return json(response, 404, { path: url.pathname });
    }
  }
  return { handle, tokens, async close() {} };
}
