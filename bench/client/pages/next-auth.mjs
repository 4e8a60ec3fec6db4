import { createElement, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { SessionProvider, signIn, signOut, useSession } from "next-auth/react";
import { expose } from "./face.mjs";

let tell, update;
let state = { status: "unknown", name: null };
const SAID = { authenticated: "in", unauthenticated: "out", loading: "unknown" };

function Person() {
  const session = useSession();
  useEffect(() => {
    update = session.update;
    state = { status: SAID[session.status], name: session.data?.user?.name ?? null };
    tell();
  }, [session]);
  return null;
}

expose({
  create(changed) {
    tell = changed;
    const root = document.body.appendChild(document.createElement("div"));
    createRoot(root).render(createElement(SessionProvider, null, createElement(Person)));
  },
  state: () => state,
  signIn: ({ email, password }) => signIn("credentials", { email, password, redirect: false }),
  signOut: () => signOut({ redirect: false }),
  rename: (name) => update({ name }),
  async cycle() {
    const root = createRoot(document.createElement("div"));
    await new Promise((resolve) => {
      const Watch = () => {
        const { status } = useSession();
        useEffect(() => void (status !== "loading" && resolve()), [status]);
        return null;
      };
      root.render(createElement(SessionProvider, null, createElement(Watch)));
    });
    root.unmount();
  },
  call: async () => (await fetch("/api/me")).status,
});
