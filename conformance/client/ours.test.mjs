/**
 * Our client in Node, with a jar of cookies for a browser, against a real Better Auth and against our server: the same
 * expectations for both. What Node lacks of a browser (IndexedDB, Web Locks) is what the client then does without.
 */
import "./window.mjs";
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { eventually } from "../lib/eventually.mjs";
import { VARIANTS } from "../lib/variants.mjs";
import { launchReference } from "../reference/launch.mjs";
import { launchStayd } from "../stayd/launch.mjs";
import { JarFetch } from "./jar-fetch.mjs";

for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"]) {
  globalThis[name] = globalThis.window[name].bind(globalThis.window);
}
globalThis.StorageEvent ??= class StorageEvent extends Event {};
if (!globalThis.navigator) globalThis.navigator = { onLine: true };
const { createSession, stayd } = await import("../../packages/stayd/dist/index.js");

const LAUNCH = { reference: launchReference, ...(process.env.STAYD_CONFORMANCE !== "self" && { stayd: launchStayd }) };
const PASSWORD = "correct horse battery";
let people = 0;
const somebody = () => ({ name: "Ada", email: `ours-${process.pid}-${++people}@example.com`, password: PASSWORD });

for (const [kind, launch] of Object.entries(LAUNCH)) {
  for (const variant of ["plain", "cache"]) {
    describe(`our client against ${kind}, ${variant}`, () => {
      let target;
      before(async () => { target = await launch(VARIANTS[variant]); });
      after(() => target?.stop());

      /** A browser of its own with one page, signed in or not. */
      const browser = () => {
        const network = new JarFetch(target.baseURL);
        const name = `browser-${++people}`;
        const open = () => createSession({ name, backend: stayd(`${target.baseURL}/api/auth`, network.fetch) });
        return { network, open };
      };
      const known = (session) => eventually(() => !session.get().isPending && session.get(), { what: "the first answer" });

      test("somebody signs up, is known to a second page, and signs out in both", async () => {
        const { network, open } = browser();
        const [a, b] = [open(), open()];
        try {
          assert.equal((await known(a)).status, "initial");
          const who = somebody();
          assert.deepEqual(await a.signUp(who), { ok: true });
          assert.equal(a.get().identity, "active");
          assert.equal(a.get().data.user.email, who.email);
          assert.ok(!("token" in a.get().data.session), "the token goes no further than the backend");
          await eventually(() => b.get().data?.user.email === who.email, { what: "the second page" });
          assert.ok(network.token());
          assert.deepEqual(await b.signOut(), { ok: true });
          await eventually(() => a.get().status === "initial" && a.get().ended === "signed-out", { what: "the first page" });
          assert.equal(network.token(), null);
        } finally {
          a.dispose();
          b.dispose();
        }
      });

      test("a wrong password is declined with the server's code, and the right one is not", async () => {
        const { open } = browser();
        const session = open();
        try {
          const who = somebody();
          await session.signUp(who);
          await session.signOut();
          const wrong = await session.signIn({ email: who.email, password: "something else" });
          assert.deepEqual([wrong.ok, wrong.error.code, wrong.error.status], [false, "INVALID_EMAIL_OR_PASSWORD", 401]);
          assert.deepEqual(await session.signIn({ email: who.email, password: PASSWORD }), { ok: true });
        } finally {
          session.dispose();
        }
      });

      test("a new name is shown, and a renewal finds the same session", async () => {
        const { open } = browser();
        const session = open();
        try {
          await session.signUp(somebody());
          assert.deepEqual(await session.update({ name: "Ada Lovelace" }), { ok: true });
          assert.equal(session.get().data.user.name, "Ada Lovelace");
          const { id } = session.get().data.session;
          assert.deepEqual(await session.renew(), { ok: true });
          assert.equal(session.get().data.session.id, id);
        } finally {
          session.dispose();
        }
      });

      test("sessions are listed without tokens, and one that is ended elsewhere is over at the next look", async () => {
        const [here, there] = [browser(), browser()];
        const who = somebody();
        const [a, b] = [here.open(), there.open()];
        try {
          await a.signUp(who);
          await b.signIn({ email: who.email, password: PASSWORD });
          const list = await a.sessions.list();
          assert.equal(list.length, 2);
          assert.ok(list.every((entry) => !("token" in entry)));
          assert.equal(list.find((entry) => entry.current).id, a.get().data.session.id);
          await a.sessions.end(b.get().data.session.id);
          await b.renew();
          assert.deepEqual([b.get().status, b.get().ended, b.get().expired], ["initial", "revoked", true]);
          assert.equal(a.get().identity, "active");
          await a.sessions.endOthers();
          assert.equal((await a.sessions.list()).length, 1);
        } finally {
          a.dispose();
          b.dispose();
        }
      });
    });
  }
}
