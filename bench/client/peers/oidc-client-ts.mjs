import { oidc } from "../servers/oidc.mjs";

export default {
  name: "oidc-client-ts",
  package: "oidc-client-ts",
  entry: { source: 'export { UserManager, WebStorageStateStore } from "oidc-client-ts"' },
  page: "oidc-client-ts.mjs",
  server: oidc(),
  standIn: "OpenID provider: discovery, authorize, token",
  renews: true,
  renewal: "/oauth/token",
  // By itself, a minute before the end.
  margin: 60,
  expired: 0,
  warns: {},
  cannot: { rename: "no call for it: the profile belongs to the provider" },
};
