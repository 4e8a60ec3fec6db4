import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { source } from "./source.mjs";

/** A session that answers each request with what it is given, and keeps what was asked. */
function sessionThatAnswers(...answers) {
  const asked = [];
  let refreshes = 0;
  return {
    asked,
    refreshes: () => refreshes,
    refresh: async () => void (refreshes += 1),
    fetch: async (url, { method = "GET", body } = {}) => {
      asked.push([method, url, body && JSON.parse(body)]);
      const [status, answer] = answers.shift();
      return new Response(typeof answer === "string" ? answer : JSON.stringify(answer), { status });
    },
  };
}

test("each call is one request of its own", async () => {
  const { createDevices } = await source("devices");
  const session = sessionThatAnswers([200, { sessions: [{ id: "a" }] }], [200, { status: true }], ...Array(5).fill([200, { ended: 2 }]));
  const devices = createDevices(session, { url: "https://auth.example/api" });
  assert.deepEqual(await devices.list(), [{ id: "a" }]);
  assert.equal(await devices.rename("d", "Kitchen"), undefined);
  assert.equal(await devices.end("a"), 2);
  await devices.endDevice("d");
  await devices.endKind("api");
  await devices.endOthers();
  await devices.endAll();
  const at = "https://auth.example/api/devices";
  assert.deepEqual(session.asked, [
    ["GET", at, undefined],
    ["POST", `${at}/rename`, { device: "d", name: "Kitchen" }],
    ["POST", `${at}/end`, { session: "a" }],
    ["POST", `${at}/end`, { device: "d" }],
    ["POST", `${at}/end`, { kind: "api" }],
    ["POST", `${at}/end`, { others: true }],
    ["POST", `${at}/end`, { all: true }],
  ]);
  assert.equal(session.refreshes(), 4, "all but the end of the others may have ended the session that asked");
});

test("a refusal is thrown with the server's code, and what is no JSON with its status", async () => {
  const { createDevices } = await source("devices");
  const refusal = { code: "SESSION_NOT_FRESH", message: "Session is not fresh" };
  const devices = createDevices(sessionThatAnswers([403, refusal], [502, "<html>"], [200, "no JSON"]));
  await assert.rejects(devices.list(), (error) => error instanceof Error && error.message === refusal.message && error.code === refusal.code && error.status === 403);
  await assert.rejects(devices.list(), { code: "HTTP_502", message: "", status: 502 });
  await assert.rejects(devices.list(), { code: "HTTP_200", message: "", status: 200 });
});

test("what fails without an answer is thrown as unreachable, and what the session says as it is", async () => {
  const { createDevices } = await source("devices");
  const lost = new TypeError("Failed to fetch");
  const late = Object.assign(new Error("Session: timeout"), { code: "timeout" });
  const numbered = new DOMException("aborted", "AbortError");
  const failing = (thrown) => createDevices({ fetch: () => Promise.reject(thrown), refresh: async () => {} });
  for (const [thrown, call] of [[lost, "list"], [numbered, "endAll"]]) {
    await assert.rejects(failing(thrown)[call](), { code: "unreachable", message: thrown.message, cause: thrown });
  }
  await assert.rejects(failing(late).list(), (error) => error === late);
});

test("the entry is no larger than 600 bytes", async () => {
  const size = gzipSync(await readFile(new URL("../dist/devices.js", import.meta.url)), { level: 9 }).length;
  assert.ok(size <= 600, `${size} bytes`);
});
