import { firebase } from "../servers/firebase.mjs";

export default {
  name: "firebase",
  package: "firebase",
  entry: {
    source: `export { initializeApp } from "firebase/app";
export { initializeAuth, indexedDBLocalPersistence, onIdTokenChanged, signInWithEmailAndPassword, signOut } from "firebase/auth"`,
  },
  page: "firebase.mjs",
  server: firebase,
  standIn: "Identity Toolkit and Secure Token, at the emulator's paths; the vendor's refresh tokens are not single-use",
  renews: true,
  renewal: "/securetoken",
  // It renews what lives less than this more, in seconds.
  margin: 30,
  expired: 5,
};
