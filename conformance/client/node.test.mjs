/**
 * The official, unmodified clients in Node against a real Better Auth and against ours, with the same expectations.
 * `STAYD_CONFORMANCE=self` leaves ours out.
 */
import "./window.mjs";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createAuthClient as vanilla } from "better-auth/client";
import { createAuthClient as react } from "better-auth/react";
import { createAuthClient as svelte } from "better-auth/svelte";
import { createElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { eventually } from "../lib/eventually.mjs";
import { VARIANTS } from "../lib/variants.mjs";
import { launchReference } from "../reference/launch.mjs";
import { launchStayd } from "../stayd/launch.mjs";
import { JarFetch } from "./jar-fetch.mjs";
import { tell } from "./story.mjs";

const LAUNCH = { reference: launchReference, ...(process.env.STAYD_CONFORMANCE !== "self" && { stayd: launchStayd }) };

/** Each flavour, and its session as a store. */
const FLAVOURS = {
  vanilla: { create: vanilla, store: (client) => client.useSession },
  react: { create: react, store: (client) => client.$store.atoms.session },
  svelte: { create: svelte, store: (client) => client.useSession() },
};

/** The session in the words of `Stage.shows`. */
function words({ data, isPending }) {
  if (data) return `signed in as ${data.user.name} <${data.user.email}>`;
  return isPending ? "pending" : "signed out";
}

for (const [kind, launch] of Object.entries(LAUNCH)) {
  for (const variant of ["plain", "cache"]) {
    describe(`${kind}, ${variant}`, () => {
      let target;
      before(async () => { target = await launch(VARIANTS[variant]); });
      after(() => target?.stop());

      const open = (create) => {
        const browser = new JarFetch(target.baseURL);
        return { browser, client: create({ baseURL: target.baseURL, fetchOptions: { customFetchImpl: browser.fetch } }) };
      };

      for (const [flavour, { create, store }] of Object.entries(FLAVOURS)) {
        test(`the ${flavour} client finds its way through the core API`, async () => {
          const { browser, client } = open(create);
          const other = open(create);
          const states = [];
          const stop = store(client).subscribe((state) => {
            if (states.at(-1) !== words(state)) states.push(words(state));
          });
          let step = "";
          try {
            await tell({
              client,
              email: `${flavour}@example.com`,
              shows: (text) => eventually(() => states.at(-1) === text, { what: `the store to say "${text}", not "${states.at(-1)}"` }),
              letter: async (address) => (await target.mail.next(address)).link,
              device: {
                signIn: async (email, password) => { assert.ifError((await other.client.signIn.email({ email, password })).error); },
                isSignedIn: async () => (await other.client.getSession({ query: { disableCookieCache: true } })).data !== null,
              },
              step: (title) => { step = title; },
            });
          } catch (error) {
            throw new Error(`${step}: ${error.message}\n${target.output()}`, { cause: error });
          } finally {
            stop();
          }
          assert.deepEqual(states.slice(0, 2), ["pending", "signed out"]);
          const leaks = [...browser.leaks, ...other.browser.leaks];
          if (kind === "stayd") assert.deepEqual(leaks, [], "bodies that show a session token");
        });
      }

      test("a sign-in with a callback says where to go", async () => {
        const { client } = open(vanilla);
        const person = { email: "callback@example.com", password: "password123" };
        await client.signUp.email({ name: "C", ...person });
        const { data } = await client.signIn.email({ ...person, callbackURL: "/dash" });
        assert.deepEqual([data.redirect, data.url], [true, "/dash"]);
        assert.equal(window.location.href, "/dash");
      });

      test("a session that ended elsewhere leaves the store when it asks again", async () => {
        const [one, two] = [open(vanilla), open(vanilla)];
        const person = { email: "elsewhere@example.com", password: "password123" };
        await one.client.signUp.email({ name: "E", ...person });
        await two.client.signIn.email(person);
        let state;
        const stop = one.client.useSession.subscribe((next) => { state = next; });
        await eventually(() => state.data, { what: "the session" });
        await two.client.revokeOtherSessions();
        await one.client.useSession.get().refetch({ query: { disableCookieCache: true } });
        assert.deepEqual([state.data, state.error], [null, null]);
        stop();
      });

      test("react renders the session as pending until it has asked", () => {
        const { client } = open(react);
        const Session = () => createElement("p", null, words(client.useSession()));
        assert.equal(renderToStaticMarkup(createElement(Session)), "<p>pending</p>");
      });
    });
  }
}
