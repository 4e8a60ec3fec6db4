import { createSession } from "stayd";
import { expose } from "./face.mjs";

let session;
expose({
  create(changed) {
    session = createSession({ url: `${location.origin}/api/auth` });
    session.subscribe(changed);
  },
  state() {
    const view = session.get();
    if (view.identity === "active") return { status: "in", name: view.data?.user.name ?? null, verified: view.verified };
    if (view.identity === "rehydrating") return { status: "unknown", name: null };
    return { status: view.error ? "error" : "out", name: null };
  },
  async signIn({ email, password, name }) {
    try {
      const answer = await session.signIn({ email, password });
      if (answer?.error) throw answer.error;
    } catch {
      await session.signUp({ email, password, name });
    }
  },
  signOut: () => session.signOut(),
  rename: (name) => session.updateUser({ name }),
  call: async () => (await session.fetch("/api/me")).status,
  cycle: () => createSession({ url: `${location.origin}/api/auth` }).dispose(),
});
