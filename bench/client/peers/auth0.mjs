import { oidc } from "../servers/oidc.mjs";

export default {
  name: "auth0",
  package: "@auth0/auth0-spa-js",
  entry: { source: 'export { Auth0Client } from "@auth0/auth0-spa-js"' },
  page: "auth0.mjs",
  server: oidc({ issuer: (origin) => `${origin}/` }),
  standIn: "OpenID provider: discovery, authorize, token",
  renews: true,
  renewal: "/oauth/token",
  // It renews what lives less than this more, in seconds.
  margin: 60,
  expired: 30,
  cannot: { rename: "no call for it: the profile belongs to the provider" },
};
