import { Auth0Client } from "@auth0/auth0-spa-js";
import { expose } from "./face.mjs";

let client, tell;
let state = { status: "unknown", name: null };
const say = (status, name = null) => {
  state = { status, name };
  tell();
};
const read = async () => {
  const user = await client.getUser();
  say(user ? "in" : "out", user?.name);
};

expose({
  redirects: true,
  create(changed) {
    tell = changed;
    client = new Auth0Client({
      domain: location.origin,
      clientId: "bench",
      useRefreshTokens: true,
      cacheLocation: "localstorage",
      authorizationParams: { redirect_uri: `${location.origin}/app`, scope: "openid profile email offline_access" },
    });
    start().catch((error) => say(error.error === "login_required" || error.error === "invalid_grant" ? "out" : "error"));
  },
  state: () => state,
  signIn: () => client.loginWithRedirect(),
  async signOut() {
    await client.logout({ openUrl: false });
    say("out");
  },
  async call() {
    const token = await client.getTokenSilently();
    return (await fetch("/api/me", { headers: { authorization: `Bearer ${token}` } })).status;
  },
});

/** As the package's README starts a page: the answer of a redirect, else the session, else a token in its place. */
async function start() {
  if (new URLSearchParams(location.search).has("code")) {
    await client.handleRedirectCallback();
    history.replaceState(null, "", "/app");
  } else if (await client.getUser()) {
    await client.getTokenSilently();
  }
  await read();
}
