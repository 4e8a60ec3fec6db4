// The protocol as a backend: which requests outlive the page that sent them, and what is made of the times of a server whose clock cannot be read.
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const { sessionOf, stayd } = await source("backends/stayd");

const session = { id: "s", userId: "u", token: "t", expiresAt: "2100-01-01T00:00:00Z" };
const answers = {
  "/get-session": { session, user: { id: "u" } },
  "/list-sessions": [session],
};

/** The requests that `work` sends, and whether each is kept alive. */
async function sent(work) {
  const seen = [];
  const network = async (url, { keepalive }) => {
    const path = url.slice("/api/auth".length);
    seen.push([path, keepalive]);
    return Response.json(answers[path.split("?")[0]] ?? {});
  };
  await work(stayd("/api/auth", network), new AbortController().signal, network);
  return seen;
}

test("a renewal, a sign-in and a sign-out outlive their page, and the question after them does not", async () => {
  assert.deepEqual(await sent((backend, signal) => backend.renew(signal)), [["/get-session?disableCookieCache=true", true]]);
  assert.deepEqual(await sent((backend, signal) => backend.signIn({}, signal)), [["/sign-in/email", true], ["/get-session", false]]);
  assert.deepEqual(await sent((backend, signal) => backend.signOut(signal)), [["/sign-out", true]]);
});

test("a session is ended although the page that asked for it is gone", async () => {
  const ended = await sent((backend, _, via) => backend.end("s", via));
  assert.deepEqual(ended, [["/list-sessions", false], ["/revoke-session", true]]);
  assert.deepEqual(await sent((backend, _, via) => backend.endOthers(via)), [["/revoke-other-sessions", true]]);
});

test("what may bear a picture is not kept alive: a browser takes 64 KiB of such requests and no more", async () => {
  assert.deepEqual(await sent((backend, signal) => backend.signUp({ image: "data:" }, signal)), [["/sign-up/email", false], ["/get-session", false]]);
  assert.deepEqual(await sent((backend, signal) => backend.update({ image: "data:" }, signal)), [["/update-user", false], ["/get-session", false]]);
});

test("where the server's clock cannot be read a clock that is ahead ends nothing: what is left is the session's whole life", () => {
  const now = Date.now();
  const ago = (ms) => new Date(now - ms).toISOString();
  const found = { session: { ...session, updatedAt: ago(9_000_000), expiresAt: ago(1_800_000) }, user: { id: "u" } };
  const { endsIn, renewsIn } = sessionOf(found, new Response());
  assert.deepEqual({ endsIn, renewsIn }, { endsIn: 7_200_000, renewsIn: 7_200_000 * 0.8 });
  const { endsIn: told } = sessionOf(found, new Response("", { headers: { date: ago(3_600_000) } }));
  assert.ok(Math.abs(told - 1_800_000) < 1000);
  assert.ok(sessionOf(found).endsIn < 0, "but a page can have been rendered long ago");
});
