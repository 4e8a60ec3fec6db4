// Just enough of next-auth's routes: a session behind a cookie that does not rotate.
import { json } from "../site.mjs";
import { cookies } from "./cookies.mjs";
import { PERSON, Tokens } from "./tokens.mjs";

export async function nextAuth(site) {
  const tokens = new Tokens(site.origin);
  const cookie = (value, age) => ({ "set-cookie": `next-auth.session-token=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${age}` });
  const session = () => ({
    user: { name: tokens.name, email: PERSON.email },
    expires: new Date(Date.now() + 2_592_000_000).toISOString(),
  });

  function handle({ request, response, url, body }) {
    const family = cookies(request)["next-auth.session-token"];
    const live = tokens.isLive(family);
    switch (`${request.method} ${url.pathname}`) {
      case "GET /api/auth/providers": {
        const provider = { id: "credentials", name: "Credentials", type: "credentials" };
        const at = (what) => `${site.origin}/api/auth/${what}/credentials`;
        return json(response, 200, { credentials: { ...provider, signinUrl: at("signin"), callbackUrl: at("callback") } });
      }
      case "GET /api/auth/csrf":
        return json(response, 200, { csrfToken: "bench" });
      case "POST /api/auth/callback/credentials":
        return json(response, 200, { url: `${site.origin}/app` }, cookie(tokens.begin().family, 2_592_000));
      case "POST /api/auth/signout":
        tokens.end(family);
        return json(response, 200, { url: `${site.origin}/app` }, cookie("", 0));
      case "POST /api/auth/session":
        if (live) tokens.name = JSON.parse(body).data.name;
      // falls through: both answer with the session
      case "GET /api/auth/session":
        return json(response, 200, live ? session() : {});
      case "GET /api/me":
        return json(response, live ? 200 : 401, {});
      default:
        return json(response, 200, {});
    }
  }
  return { handle, tokens, async close() {} };
}
