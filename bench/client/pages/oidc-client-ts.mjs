import { UserManager, WebStorageStateStore } from "oidc-client-ts";
import { expose } from "./face.mjs";

let manager, tell;
let state = { status: "unknown", name: null };
const say = (user) => {
  state = user ? { status: "in", name: user.profile.name ?? null } : { status: "out", name: null };
  tell();
};

expose({
  redirects: true,
  create(changed) {
    tell = changed;
    manager = new UserManager({
      authority: location.origin,
      client_id: "bench",
      redirect_uri: `${location.origin}/app`,
      scope: "openid profile email offline_access",
      automaticSilentRenew: true,
      userStore: new WebStorageStateStore({ store: localStorage }),
    });
    manager.events.addUserLoaded(say);
    manager.events.addUserUnloaded(() => say(null));
    manager.events.addAccessTokenExpiring(() => bench.warned(true));
    start().catch(() => {
      state = { status: "error", name: null };
      tell();
    });
  },
  state: () => state,
  signIn: () => manager.signinRedirect(),
  signOut: () => manager.removeUser(),
  async cycle() {
    const store = new WebStorageStateStore({ store: localStorage });
    const one = new UserManager({ authority: location.origin, client_id: "cycle", redirect_uri: location.origin, userStore: store });
    await one.getUser();
    one.stopSilentRenew();
  },
  async call() {
    let user = await manager.getUser();
    if (user?.expired) user = await manager.signinSilent();
    if (!user) return 0;
    return (await fetch("/api/me", { headers: { authorization: `Bearer ${user.access_token}` } })).status;
  },
});

/** As react-oidc-context and its like start a page. */
async function start() {
  if (new URLSearchParams(location.search).has("code")) {
    await manager.signinRedirectCallback();
    history.replaceState(null, "", "/app");
  }
  const user = await manager.getUser();
  say(user?.expired ? await manager.signinSilent() : user);
}
