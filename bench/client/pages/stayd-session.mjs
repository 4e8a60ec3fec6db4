import { createSession } from "stayd";
import { expose } from "./face.mjs";

/** Shows a session with these options to the harness; the answer is the session. */
export function start(options = {}) {
  let session;
  expose({
    create(changed) {
      session = createSession(options);
      session.subscribe(changed);
    },
    state() {
      const view = session.get();
      // Somebody remembered counts as known, as what other clients read from storage does.
      if (view.identity !== "anonymous") return { status: "in", name: view.data?.user.name ?? null, verified: view.verified };
      if (view.status === "loading") return { status: "unknown", name: null };
      return { status: view.status === "error" ? "error" : "out", name: null };
    },
    async signIn({ email, password, name }) {
      const answer = await session.signIn({ email, password });
      if (!answer.ok) await session.signUp({ email, password, name });
    },
    signOut: () => session.signOut(),
    rename: (name) => session.update({ name }),
    call: async () => (await session.fetch("/api/me")).status,
    async cycle() {
      const one = createSession();
      await new Promise((resolve) => one.subscribe(({ verified }) => verified && resolve()));
      one.dispose();
    },
  });
  return session;
}
