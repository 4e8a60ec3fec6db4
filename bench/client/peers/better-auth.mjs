import { realBetterAuth } from "../servers/better-auth.mjs";

export default {
  name: "better-auth",
  package: "better-auth",
  entry: { source: 'export { createAuthClient } from "better-auth/client"' },
  page: "better-auth.mjs",
  // It has no push: the page is the same.
  pushed: "better-auth.mjs",
  server: realBetterAuth,
  standIn: null,
  renews: false,
};
