import { supertokens } from "../servers/supertokens.mjs";

export default {
  name: "supertokens-website",
  package: "supertokens-website",
  entry: { source: 'export { default } from "supertokens-website"' },
  page: "supertokens-website.mjs",
  server: supertokens,
  standIn: "SuperTokens backend in cookie mode: sign-in, refresh, sign-out",
  renews: true,
  renewal: "/auth/session/refresh",
  // Not before a call is refused.
  margin: 0,
  expired: 1,
  expiredAfter: 1100,
  cannot: { rename: "no call for it: the profile belongs to the application" },
};
