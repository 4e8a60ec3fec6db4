import { AuthClient } from "@supabase/auth-js";
import { expose } from "./face.mjs";

let client, session;
expose({
  create(changed) {
    // As supabase-js creates it.
    client = new AuthClient({
      url: `${location.origin}/auth/v1`,
      storageKey: "sb-bench-auth-token",
      autoRefreshToken: true,
      persistSession: true,
      detectSessionInUrl: true,
    });
    client.onAuthStateChange((_event, now) => {
      session = now;
      changed();
    });
  },
  state() {
    if (session === undefined) return { status: "unknown", name: null };
    return session ? { status: "in", name: session.user.user_metadata.name } : { status: "out", name: null };
  },
  async signIn({ email, password }) {
    const { error } = await client.signInWithPassword({ email, password });
    if (error) throw error;
  },
  signOut: () => client.signOut(),
  rename: (name) => client.updateUser({ data: { name } }),
  async call() {
    const { data } = await client.getSession();
    if (!data.session) return 0;
    return (await fetch("/api/me", { headers: { authorization: `Bearer ${data.session.access_token}` } })).status;
  },
  async cycle() {
    const one = new AuthClient({ url: `${location.origin}/auth/v1`, storageKey: "cycle", autoRefreshToken: true, persistSession: true });
    const { data } = one.onAuthStateChange(() => {});
    await one.initialize();
    data.subscription.unsubscribe();
    await (one.dispose ? one.dispose() : one.stopAutoRefresh());
  },
});
