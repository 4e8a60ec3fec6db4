// The token as a nanostore, with the real nanostores, and a real server that gives tokens (TC-6). In Chromium: e2e/tests/adapters.test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { allTasks, computed } from "nanostores";
import { csrfStore } from "../dist/adapters/nanostores.js";
import { createCsrf } from "../dist/csrf.js";
import { createJar, startTokenServer } from "./token-server.mjs";

let server;
before(async () => (server = await startTokenServer()));
after(() => server.close());

const newTokens = () => {
  const jar = createJar();
  return createCsrf({
    url: `${server.origin}/api`,
    init: "POST /session/init",
    cookies: ["csrf_token"],
    network: jar.fetch,
    readCookies: jar.read,
  });
};

test("the store has the server's token as soon as the page has it, and stores derived from it too", async () => {
  const tokens = newTokens();
  const $csrfToken = csrfStore(tokens);
  const $isReady = computed($csrfToken, (token) => token !== null);
  const heard = [];
  const stops = [$csrfToken.subscribe((token) => heard.push(token)), $isReady.subscribe((ready) => heard.push(ready))];
  assert.deepEqual(heard, [null, false]);
  await tokens.ensure();
  await allTasks();
  assert.deepEqual(heard, [null, false, tokens.get(), true]);
  const { data } = await (await tokens.fetch(`${server.origin}/api/fresh`)).json();
  assert.equal($csrfToken.get(), data.csrf_token);
  for (const stop of stops) stop();
});

test("the store is right without a listener, and asks the server nothing by itself", async () => {
  const tokens = newTokens();
  const $csrfToken = csrfStore(tokens);
  server.taken();
  assert.equal($csrfToken.get(), null);
  assert.deepEqual(server.taken(), []);
  tokens.adopt("by-another-way");
  assert.equal($csrfToken.get(), "by-another-way");
});
