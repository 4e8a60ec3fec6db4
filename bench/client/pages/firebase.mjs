import { deleteApp, initializeApp } from "firebase/app";
import {
  connectAuthEmulator,
  indexedDBLocalPersistence,
  initializeAuth,
  onIdTokenChanged,
  signInWithEmailAndPassword,
  signOut,
  updateProfile,
} from "firebase/auth";
import { expose } from "./face.mjs";

let auth, user;
expose({
  create(changed) {
    auth = initializeAuth(initializeApp({ apiKey: "bench", projectId: "bench" }), { persistence: indexedDBLocalPersistence });
    // The documented way to a server of one's own.
    connectAuthEmulator(auth, location.origin, { disableWarnings: true });
    onIdTokenChanged(auth, (now) => {
      user = now;
      changed();
    });
  },
  state() {
    if (user === undefined) return { status: "unknown", name: null };
    return user ? { status: "in", name: user.displayName } : { status: "out", name: null };
  },
  signIn: ({ email, password }) => signInWithEmailAndPassword(auth, email, password),
  signOut: () => signOut(auth),
  rename: (name) => updateProfile(auth.currentUser, { displayName: name }),
  async call() {
    const token = await auth.currentUser?.getIdToken();
    if (!token) return 0;
    return (await fetch("/api/me", { headers: { authorization: `Bearer ${token}` } })).status;
  },
  async cycle() {
    const app = initializeApp({ apiKey: "bench", projectId: "bench" }, "cycle");
    const one = initializeAuth(app, { persistence: indexedDBLocalPersistence });
    const stop = onIdTokenChanged(one, () => {});
    await one.authStateReady();
    stop();
    await deleteApp(app);
  },
});
