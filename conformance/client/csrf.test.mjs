/**
 * CSRF tokens and what knows nothing of them: the official client against a server of ours that demands tokens, sent for it by
 * `createCsrf().fetch`; and that `fetch` against a real Better Auth, which has none.
 */
import "./window.mjs";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createAuthClient } from "better-auth/client";
import { eventually } from "../lib/eventually.mjs";
import { VARIANTS } from "../lib/variants.mjs";
import { launchReference } from "../reference/launch.mjs";
import { launchStayd } from "../stayd/launch.mjs";
import { JarFetch } from "./jar-fetch.mjs";
import { tell } from "./story.mjs";

const { createCsrf } = await import("../../packages/stayd/dist/csrf.js");
const LAUNCH = { reference: launchReference, ...(process.env.STAYD_CONFORMANCE !== "self" && { stayd: launchStayd }) };
const words = ({ data, isPending }) => (data ? `signed in as ${data.user.name} <${data.user.email}>` : isPending ? "pending" : "signed out");

for (const [kind, launch] of Object.entries(LAUNCH)) {
  describe(`${kind}, where a token is demanded of whoever has them`, () => {
    let target;
    before(async () => { target = await launch({ ...VARIANTS.plain, csrf: "required" }); });
    after(() => target?.stop());

    /** A browser with a page whose requests go through the tokens. */
    const open = () => {
      const browser = new JarFetch(target.baseURL);
      const asked = [];
      const csrf = createCsrf({
        url: `${target.baseURL}/api/auth`,
        readCookies: () => `better-auth.csrf_token=${browser.jar.get("better-auth.csrf_token") ?? ""}`,
        network: (input, init) => (asked.push(`${init?.method ?? "GET"} ${new URL(input).pathname}`), browser.fetch(input, init)),
        eager: false,
      });
      const client = createAuthClient({ baseURL: target.baseURL, fetchOptions: { customFetchImpl: csrf.fetch } });
      return { browser, csrf, client, asked };
    };

    test("the official client finds its way through the core API", async () => {
      const [here, there] = [open(), open()];
      const states = [];
      const stop = here.client.useSession.subscribe((state) => states.push(words(state)));
      let step = "";
      try {
        await tell({
          client: here.client,
          email: "tokens@example.com",
          shows: (text) => eventually(() => states.at(-1) === text, { what: `the store to say "${text}", not "${states.at(-1)}"` }),
          letter: async (address) => (await target.mail.next(address)).link,
          device: {
            signIn: async (email, password) => { assert.ifError((await there.client.signIn.email({ email, password })).error); },
            isSignedIn: async () => (await there.client.getSession({ query: { disableCookieCache: true } })).data !== null,
          },
          step: (title) => { step = title; },
        });
      } catch (error) {
        throw new Error(`${step}: ${error.message}\n${target.output()}`, { cause: error });
      } finally {
        stop();
        here.csrf.dispose();
        there.csrf.dispose();
      }
      // Ours brings the first token with its first answer; a real one is asked once, and has none.
      assert.equal(here.asked.filter((request) => request === "GET /api/auth/csrf").length, kind === "stayd" ? 0 : 1);
    });

    if (kind === "stayd") {
      test("without tokens the official client is told so, and nothing happens", async () => {
        const browser = new JarFetch(target.baseURL);
        const client = createAuthClient({ baseURL: target.baseURL, fetchOptions: { customFetchImpl: browser.fetch } });
        const person = { name: "N", email: "none@example.com", password: "password123" };
        const { error } = await client.signUp.email(person);
        assert.deepEqual([error.status, error.code], [403, "CSRF_TOKEN_MISSING"]);
        const { client: other, csrf } = open();
        assert.equal((await other.signIn.email(person)).error.code, "INVALID_EMAIL_OR_PASSWORD");
        csrf.dispose();
      });
    }
  });
}
