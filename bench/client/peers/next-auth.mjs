import { nextAuth } from "../servers/next-auth.mjs";

export default {
  name: "next-auth",
  package: "next-auth",
  entry: {
    source: 'export { SessionProvider, useSession, signIn, signOut } from "next-auth/react"',
    external: ["react", "react/jsx-runtime"],
    note: "without React",
  },
  page: "next-auth.mjs",
  baseline: "react-baseline.mjs",
  server: nextAuth,
  standIn: "next-auth's routes: providers, csrf, callback, session, sign-out",
  renews: false,
  // What it tells other tabs carries a time in seconds, and storage tells nobody of a value that is the same as before.
  pause: 1100,
};
