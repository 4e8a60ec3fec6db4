import { supabase } from "../servers/supabase.mjs";

export default {
  name: "auth-js",
  package: "@supabase/auth-js",
  entry: { source: 'export { AuthClient } from "@supabase/auth-js"' },
  page: "auth-js.mjs",
  server: supabase,
  standIn: "Supabase Auth: token, user, logout",
  renews: true,
  renewal: "/auth/v1/token",
  // It renews what lives less than this more, in seconds.
  margin: 90,
  expired: 30,
};
