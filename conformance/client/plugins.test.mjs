/**
 * The official client's plugins against a real Better Auth and against ours, with the same expectations.
 * `STAYD_CONFORMANCE=self` leaves ours out.
 */
import "./window.mjs";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createAuthClient } from "better-auth/client";
import { jwtClient, multiSessionClient } from "better-auth/client/plugins";
import { createLocalJWKSet, jwtVerify } from "jose";
import { eventually } from "../lib/eventually.mjs";
import { VARIANTS } from "../lib/variants.mjs";
import { launchReference } from "../reference/launch.mjs";
import { launchStayd } from "../stayd/launch.mjs";
import { JarFetch } from "./jar-fetch.mjs";

const LAUNCH = { reference: launchReference, ...(process.env.STAYD_CONFORMANCE !== "self" && { stayd: launchStayd }) };
const password = "password123";

for (const [kind, launch] of Object.entries(LAUNCH)) {
  describe(`the plugins of the client, ${kind}`, () => {
    let target;
    before(async () => { target = await launch({ ...VARIANTS.plugins, jwtClaims: "user" }); });
    after(() => target?.stop());

    const browser = () => {
      const jar = new JarFetch(target.baseURL);
      const plugins = [multiSessionClient(), jwtClient()];
      return { jar, client: createAuthClient({ baseURL: target.baseURL, plugins, fetchOptions: { customFetchImpl: jar.fetch } }) };
    };

    test("two people take turns at one browser", async () => {
      const { client, jar } = browser();
      const states = [];
      const stop = client.useSession.subscribe(({ data, isPending }) => states.push(isPending ? "pending" : (data?.user.name ?? "nobody")));
      const shows = (name) => eventually(() => states.at(-1) === name, { what: `the store to show ${name}, not ${states.at(-1)}` });
      await client.signUp.email({ name: "Ada", email: "ada@example.com", password });
      await shows("Ada");
      await client.signUp.email({ name: "Bob", email: "bob@example.com", password });
      await shows("Bob");
      const { data: list } = await client.multiSession.listDeviceSessions();
      assert.deepEqual(list.map(({ user }) => user.name).sort(), ["Ada", "Bob"]);
      const ada = list.find(({ user }) => user.name === "Ada").session;
      const { data: active } = await client.multiSession.setActive({ sessionToken: ada.token });
      assert.equal(active.user.name, "Ada");
      await shows("Ada");
      const wrong = await client.multiSession.setActive({ sessionToken: "absent" });
      assert.deepEqual([wrong.error.status, wrong.error.code], [401, "INVALID_SESSION_TOKEN"]);
      assert.deepEqual((await client.multiSession.revoke({ sessionToken: ada.token })).data, { status: true });
      assert.equal((await client.getSession()).data.user.name, "Bob");
      await client.signOut();
      await shows("nobody");
      assert.deepEqual((await client.multiSession.listDeviceSessions()).data, []);
      if (kind === "stayd") assert.deepEqual(jar.leaks, [], "bodies that show a session token");
      stop();
    });

    test("a token for other back ends says what the package's says, and its keys check it", async () => {
      const { client } = browser();
      assert.equal((await client.token()).error.status, 401);
      await client.signUp.email({ name: "Dora", email: "dora@example.com", password });
      let header;
      const { data: session } = await client.getSession({ fetchOptions: { onSuccess: ({ response }) => { header = response.headers.get("set-auth-jwt"); } } });
      const { data: { token } } = await client.token();
      const { data: jwks } = await client.jwks();
      const expected = { issuer: target.baseURL, audience: target.baseURL, subject: session.user.id, algorithms: ["EdDSA"] };
      for (const jwt of [header, token]) {
        const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(jwks), expected);
        assert.deepEqual(Object.keys(protectedHeader).sort(), ["alg", "kid"]);
        const { iat, exp, ...claims } = payload;
        assert.equal(exp - iat, 900);
        const user = JSON.parse(JSON.stringify(session.user));
        assert.deepEqual(claims, { ...user, sub: user.id, iss: target.baseURL, aud: target.baseURL });
      }
    });

    test("an app without cookies goes by the token it was told", async () => {
      let token = "";
      const client = createAuthClient({
        baseURL: target.baseURL,
        fetchOptions: {
          // Node's fetch says that it is a browser's, so it has to say of which page, too.
          headers: { origin: target.baseURL },
          auth: { type: "Bearer", token: () => token },
          onSuccess: ({ response }) => { token = response.headers.get("set-auth-token") ?? token; },
        },
      });
      assert.equal((await client.getSession()).data, null);
      assert.ifError((await client.signUp.email({ name: "Carol", email: "carol@example.com", password })).error);
      assert.equal((await client.getSession()).data.user.name, "Carol");
      await client.updateUser({ name: "Caroline" });
      assert.equal((await client.getSession()).data.user.name, "Caroline");
      assert.equal((await client.listSessions()).data.length, 1);
      await client.signOut();
      assert.equal((await client.getSession()).data, null);
    });
  });
}
