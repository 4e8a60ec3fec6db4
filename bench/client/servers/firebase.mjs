// Just enough of Firebase's Identity Toolkit and Secure Token services, at the paths of its emulator.
import { json } from "../site.mjs";
import { PERSON, Tokens } from "./tokens.mjs";

export async function firebase(site) {
  const tokens = new Tokens(site.origin);
  const idToken = (family) => tokens.jwt(family, { user_id: PERSON.id, aud: "bench", name: tokens.name });
  const refused = (message) => ({ error: { code: 400, message, status: "INVALID_ARGUMENT" } });

  function handle({ request, response, url, body }) {
    const claims = () => tokens.check(JSON.parse(body).idToken ?? "");
    switch (url.pathname.split("/v1/")[1]) {
      case "accounts:signInWithPassword": {
        const { family, refresh } = tokens.begin();
        return json(response, 200, {
          kind: "identitytoolkit#VerifyPasswordResponse", localId: PERSON.id, email: PERSON.email, displayName: tokens.name,
          idToken: idToken(family), registered: true, refreshToken: refresh, expiresIn: String(tokens.lifetime),
        });
      }
      case "accounts:lookup":
        if (!claims()) return json(response, 400, refused("INVALID_ID_TOKEN"));
        return json(response, 200, {
          users: [{ localId: PERSON.id, email: PERSON.email, displayName: tokens.name, emailVerified: true, providerUserInfo: [] }],
        });
      case "accounts:update":
        if (!claims()) return json(response, 400, refused("INVALID_ID_TOKEN"));
        tokens.name = JSON.parse(body).displayName;
        return json(response, 200, { localId: PERSON.id, email: PERSON.email, displayName: tokens.name });
      case "token": {
        const next = tokens.rotate(new URLSearchParams(body).get("refresh_token"));
        if (!next) return json(response, 400, refused("INVALID_REFRESH_TOKEN"));
        const id = idToken(next.family);
        return json(response, 200, {
          access_token: id, id_token: id, expires_in: String(tokens.lifetime), token_type: "Bearer",
          refresh_token: next.refresh, user_id: PERSON.id, project_id: "bench",
        });
      }
      default:
        if (url.pathname === "/api/me") return json(response, tokens.bearer(request) ? 200 : 401, {});
        return json(response, 404, { path: url.pathname });
    }
  }
  return { handle, tokens, async close() {} };
}
