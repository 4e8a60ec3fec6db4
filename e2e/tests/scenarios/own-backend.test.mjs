// What a page may do with commands that follow each other, and what its own backend may answer (EN-10, EN-13).
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { chromium } from "../../browsers/index.mjs";
import { openScene, pageWith } from "./scene.mjs";

/** In the page: a session over a backend of its own, in which each answer is what `answers` has for the call. */
function ownBackend() {
  window.sent = [];
  window.begin = async (answers, options = {}) => {
    const { createSession } = await import("/stayd/index.js");
    const call = (name) => async (...given) => {
      sent.push(name);
      // A request, so that the answer takes as long as one does.
      await fetch("/blank");
      return answers[name]?.(...given) ?? { kind: "nobody" };
    };
    const backend = Object.fromEntries(["check", "signIn", "signOut", "update", "renew"].map((name) => [name, call(name)]));
    window.own = createSession({ name: `own-${Math.random()}`, backend, ...options });
    await own.refresh();
    return own;
  };
  window.somebody = (userId = "u1", id = "s1") => {
    const data = { session: { id, userId, expiresAt: new Date(Date.now() + 3_600_000).toISOString() }, user: { id: userId } };
    return { kind: "session", data, id, userId, renewsIn: 1_800_000, endsIn: 3_600_000 };
  };
}

describe("a page's own backend, and its commands", () => {
  let scene, tab;
  before(async () => (scene = await openScene(chromium, { pages: { "/own": pageWith(ownBackend) } })));
  after(() => scene?.close());
  beforeEach(async () => (tab = await scene.tab({}, "/own")));

  test("24 a command that waits for another one is settled when a listener disposes of the session", async () => {
    const results = await tab.evaluate(async () => {
      const session = await begin({ signIn: () => somebody(), update: () => somebody() });
      session.on("signed-in", () => session.dispose());
      return Promise.all([session.signIn({}), session.update({})]);
    });
    assert.deepEqual(results.map(({ ok, error }) => [ok, error?.code]), [[true, undefined], [false, "disposed"]]);
  });

  test("24 a command that waits for another one is not sent after a sign-out that a listener asks for", async () => {
    const [signIn, update, sent, data] = await tab.evaluate(async () => {
      const session = await begin({ signIn: () => somebody(), update: () => somebody() });
      let signedOut;
      session.on("signed-in", () => (signedOut = session.signOut()));
      const results = await Promise.all([session.signIn({}), session.update({})]);
      await signedOut;
      return [...results, sent, session.get().data];
    });
    assert.deepEqual([signIn.ok, update.ok, update.error?.code], [true, false, "ended"]);
    assert.deepEqual(sent.slice(0, 3), ["check", "signIn", "signOut"]);
    assert.deepEqual([sent.includes("update"), data], [false, null]);
  });

  test("7 an answer of a kind or with a trouble that there is not is shown as unexpected", async () => {
    const codes = await tab.evaluate(async () => {
      const codes = [];
      for (const answer of [{ kind: "failed", trouble: "no-such" }, { kind: "no-such" }, { kind: "failed" }]) {
        const session = await begin({ check: () => answer });
        const { ok, error } = await session.refresh();
        codes.push([ok, error?.code, session.get().status, session.get().error?.code]);
        session.dispose();
      }
      return codes;
    });
    assert.deepEqual(codes, Array(3).fill([false, "unexpected", "error", "unexpected"]));
  });

  test("27 another person in the same session is another person", async () => {
    const heard = await tab.evaluate(async () => {
      let who = "ada";
      const session = await begin({ check: () => somebody(who) });
      const heard = [];
      session.on("switched", ({ data }) => heard.push(data.user.id));
      session.on("renewed", () => heard.push("renewed"));
      who = "eve";
      await session.refresh();
      return heard;
    });
    assert.deepEqual(heard, ["eve"]);
  });

  test("25 a session that is disposed of during its sign-out moves the page nowhere", async () => {
    const told = await tab.evaluate(async () => {
      const [asked, answer] = [Promise.withResolvers(), Promise.withResolvers()];
      const session = await begin({ check: () => somebody(), signOut: () => (asked.resolve(), answer.promise) }, { signedOutUrl: "#gone" });
      const signedOut = session.signOut();
      await asked.promise;
      session.dispose();
      answer.resolve({ kind: "nobody" });
      const { error } = await signedOut;
      // Whoever was to move the page has done so before this is answered.
      await fetch("/blank");
      return [error?.code, location.hash === "#gone"];
    });
    assert.deepEqual(told, ["disposed", false]);
  });

  test("23 what waits for a sign-in of the same person is sent", async () => {
    const [status, asked] = await tab.evaluate(async () => {
      const [begun, answer] = [Promise.withResolvers(), Promise.withResolvers()];
      const session = await begin({ check: () => somebody("ada", "s1"), signIn: () => (begun.resolve(), answer.promise) });
      const signedIn = session.signIn({});
      await begun.promise;
      const status = session.fetch("/blank").then(({ status }) => status, ({ code }) => code);
      const { holding } = session.get();
      answer.resolve(somebody("ada", "s2"));
      await signedIn;
      return [await status, holding];
    });
    assert.deepEqual([status, asked], [200, true]);
  });
});
