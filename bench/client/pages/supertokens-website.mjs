import SuperTokens from "supertokens-website";
import { expose } from "./face.mjs";

let tell;
let state = { status: "unknown", name: null };

async function read() {
  const exists = await SuperTokens.doesSessionExist();
  const name = exists ? (await SuperTokens.getAccessTokenPayloadSecurely()).name : null;
  state = { status: exists ? "in" : "out", name };
  tell();
}

expose({
  create(changed) {
    tell = changed;
    const failed = () => {
      state = { status: "error", name: null };
      tell();
    };
    SuperTokens.init({ apiDomain: location.origin, apiBasePath: "/auth", onHandleEvent: () => read().catch(failed) });
    read().catch(failed);
  },
  state: () => state,
  async signIn({ email, password }) {
    await fetch("/auth/signin", { method: "POST", body: JSON.stringify({ email, password }) });
    await read();
  },
  signOut: () => SuperTokens.signOut(),
  call: async () => (await fetch("/api/me")).status,
});
