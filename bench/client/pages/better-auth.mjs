import { createAuthClient } from "better-auth/client";
import { expose } from "./face.mjs";

let client, session;
expose({
  create(changed) {
    client = createAuthClient({ baseURL: location.origin });
    session = client.useSession;
    session.subscribe(changed);
  },
  state() {
    const { data, isPending, error } = session.get();
    if (data?.user) return { status: "in", name: data.user.name };
    if (isPending) return { status: "unknown", name: null };
    return { status: error ? "error" : "out", name: null };
  },
  async signIn(person) {
    const { error } = await client.signIn.email({ email: person.email, password: person.password });
    if (error) await client.signUp.email(person);
  },
  signOut: () => client.signOut(),
  rename: (name) => client.updateUser({ name }),
  async cycle() {
    const one = createAuthClient({ baseURL: location.origin }).useSession;
    let stop;
    await new Promise((resolve) => {
      stop = one.subscribe(({ isPending }) => isPending || resolve());
    });
    stop();
  },
  call: async () => ((await client.getSession()).data ? 200 : 401),
});
