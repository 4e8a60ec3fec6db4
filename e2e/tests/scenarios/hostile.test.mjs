// Answers, messages and stored bytes that are none of ours (scenario 7, P6): what is known stays, and the page says what is wrong.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { browsers, chromium, testIn } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { json, openScene, pageWith, verified, view } from "./scene.mjs";

const html = (status, body = "<!doctype html><title>Welcome</title><form>Sign in to this network</form>", headers = {}) => {
  return { status, headers: { "content-type": "text/html", ...headers }, body };
};

/** What stands between a page and its server, or the server itself on a bad day, and the word for it. */
const ANSWERS = [
  ["a portal's page", html(200), "unexpected"],
  ["a redirect to a login page", html(302, "", { location: "/login" }), "unexpected"],
  ["a redirect to another origin", (site) => html(302, "", { location: `${site.server.origin}/login` }), "unreachable"],
  ["a portal that says so", html(511), "unavailable"],
  ["a proxy's refusal", html(403), "unexpected"],
  ["a missing route", html(404), "unexpected"],
  ["an error page", html(500), "unavailable"],
  ["JSON in pieces", { ...json(200, {}), body: '{"session":{"id":"x"' }, "unexpected"],
  ["a list", json(200, []), "unexpected"],
  ["a number", json(200, 5), "unexpected"],
  ["an empty object", json(200, {}), "unexpected"],
  ["a session of another shape", json(200, { session: { id: 1 }, user: "Ada" }), "unexpected"],
  ["a session without an end", json(200, { session: { id: "s", userId: "u" }, user: { id: "u" } }), "unexpected"],
  ["a session of one and a person of another", json(200, { session: { id: "s", userId: "v", expiresAt: "2100-01-01" }, user: { id: "u" } }), "unexpected"],
  ["nothing", json(200), "unexpected"],
  ["no content", { status: 204 }, "unexpected"],
  ["a connection that breaks", null, "unreachable"],
];

/** In the page: writes down what goes wrong in nobody's hands. */
function complaints() {
  window.complaints = [];
  addEventListener("error", ({ message }) => complaints.push(message));
  addEventListener("unhandledrejection", ({ reason }) => complaints.push(String(reason)));
}

describe("what others answer", () => {
  let scene, site, tab;
  before(async () => {
    scene = await openScene(chromium, { pages: { "/watched": pageWith(complaints), "/login": "<form>Sign in</form>" } });
    site = scene.site;
  });
  after(() => scene?.close());
  beforeEach(async () => {
    tab = await scene.signedIn({}, "/watched");
    await verified(tab);
  });

  test("7 an answer that is none of a session server changes nothing but the error shown", async () => {
    const { data } = await view(tab);
    let well = false;
    site.fault = async ({ path }, pass) => {
      const number = /^\/api\/hostile-(\d+)\/get-session$/.exec(path)?.[1];
      if (!number) return pass();
      const answer = ANSWERS[number][1];
      return well ? json(200, data) : typeof answer === "function" ? answer(site) : answer;
    };
    const refresh = () =>
      tab.evaluate(async () => {
        const results = await Promise.all(sessions.map((one) => one.refresh()));
        return sessions.map((one, i) => ({ result: results[i], view: one.get() }));
      });
    const shown = await tab.evaluate(
      async (initial, count) => {
        const { createSession } = await import("/stayd/index.js");
        window.sessions = Array.from({ length: count }, (_, i) => createSession({ name: `h${i}`, url: `/api/hostile-${i}`, initial }));
        return sessions.map((one) => one.get().data);
      },
      data,
      ANSWERS.length,
    );
    assert.deepEqual(shown, Array(ANSWERS.length).fill(data));
    const began = await tab.evaluate(() => performance.now());
    await until("a later moment than that of what was rendered", () => tab.evaluate((at) => performance.now() > at + 10, began));

    const seen = await refresh();
    ANSWERS.forEach(([name, , word], i) => {
      const { result, view } = seen[i];
      assert.deepEqual([name, result.ok, result.error?.code], [name, false, word]);
      assert.deepEqual([name, view.error?.code, view.verified, view.status, view.data], [name, word, false, "active", data]);
    });
    well = true;
    await until("each to recover by itself", () => tab.evaluate(() => sessions.every((one) => one.get().verified && !one.get().error)));
    assert.deepEqual(await tab.evaluate(() => window.complaints), []);
  });

  test("7 a command that a portal answers is no success", async () => {
    const who = { email: tab.person.email, password: "correct horse battery" };
    const attempt = (act) => tab.evaluate(act, who);
    for (const [name, answer] of [...ANSWERS.slice(0, 8), ANSWERS.at(-1)]) {
      site.fault = async ({ path }, pass) => {
        if (!["/update-user", "/sign-in/email"].includes(path)) return pass();
        return typeof answer === "function" ? answer(site) : answer;
      };
      for (const act of [() => session.update({ name: "Grace" }), (them) => session.signIn(them)]) {
        const { ok, error } = await attempt(act);
        assert.deepEqual([name, ok, typeof error?.code], [name, false, "string"]);
      }
      const { data, identity } = await view(tab);
      assert.deepEqual([name, identity, data.user.name], [name, "active", "Ada"]);
    }
    site.fault = null;
    assert.deepEqual(await attempt(() => session.update({ name: "Grace" })), { ok: true });
    assert.equal((await view(tab)).data.user.name, "Grace");
  });

  test("7 a command whose request heeds no signal and never ends is given up after the timeout", async () => {
    const seen = await tab.evaluate(async (data) => {
      const { createSession, stayd } = await import("/stayd/index.js");
      const backend = stayd();
      let asked = 0;
      const update = (changes, signal) => (asked++ ? backend.update(changes, signal) : new Promise(() => {}));
      const own = createSession({ name: "deaf", backend: { ...backend, update }, timeout: 1, initial: data });
      const results = [await own.update({ name: "Grace" }), await own.update({ name: "Hopper" })];
      const { name } = own.get().data.user;
      own.dispose();
      return { results, name };
    }, (await view(tab)).data);
    const [{ ok, error }, second] = seen.results;
    assert.deepEqual([ok, error?.code], [false, "unreachable"]);
    assert.deepEqual([second, seen.name], [{ ok: true }, "Hopper"]);
  });
});

for (const kind of browsers) {
  describe(`${kind.name}, what others say and store`, () => {
    let scene, tab;
    before(async () => (scene = await openScene(kind, { pages: { "/watched": pageWith(complaints) } })));
    after(() => scene?.close());
    beforeEach(async () => {
      tab = await scene.signedIn({}, "/watched");
      await verified(tab);
    });

    testIn(kind, "7 messages of other code on the channel change nothing", ["tabs"], async () => {
      await tab.evaluate(async () => {
        const channel = new BroadcastChannel("stayd:1:stayd");
        const bytes = (length, fill) => new Uint8Array(length).fill(fill);
        const records = [null, "", {}, [], bytes(0, 0), bytes(87, 1), bytes(88, 0), bytes(88, 255), bytes(89, 1), new Uint16Array(44), new ArrayBuffer(88)];
        const values = [null, undefined, 0, "x", "LOGOUT", [], {}, true, new Date(), new Map(), new Error("x"), { kind: 0 }];
        for (const record of records) {
          for (const kind of [0, 1, 2, 3, -1, 256, 0.5, NaN, Infinity, "0", null]) {
            for (const at of [0, 5n, Date.now(), NaN, Infinity, -1e300, "now"]) values.push({ kind, at, record, data: "{" });
          }
        }
        // A record as it should be, and newer than any, beside JSON that is no session.
        const sound = Uint8Array.from(JSON.parse(localStorage.getItem("stayd.session")).record);
        for (const data of ["5", '"x"', "{}", "null", '{"user":null,"session":null}', '{"user":{},"session":{}}']) {
          new Uint32Array(sound.buffer)[1] += 1;
          for (const kind of [0, 1, 2, 3, 4, 256]) values.push({ kind, at: Date.now(), record: sound.slice(), data });
        }
        // What has a record's length is one: nobody's, then, of whom nobody says anything.
        for (const fill of [0, 1, 85, 127, 128, 255]) {
          // Kinds of messages that there are not yet are among them.
          for (const kind of [0, 2, 3, 4, -1, 256]) values.push({ kind, at: Date.now(), record: bytes(88, fill), data: null }, { kind, at: 5n, record: bytes(88, fill), data: null });
        }
        for (const value of values) channel.postMessage(value);
        // Once the last of them has come, all have.
        await new Promise((resolve) => {
          const last = new BroadcastChannel("stayd:1:stayd");
          last.onmessage = ({ data }) => data === "last" && resolve();
          channel.postMessage("last");
        });
      });
      assert.deepEqual(await tab.evaluate(() => session.refresh()), { ok: true });
      const { data, verified: confirmed } = await view(tab);
      assert.deepEqual([data.user.email, confirmed], [tab.person.email, true]);
      assert.deepEqual(await tab.evaluate(() => window.complaints), []);
      assert.equal(await tab.evaluate(() => views.filter(({ ended }) => ended).length), 0, "never out");
    });

    testIn(kind, "7 storage that holds anything else is ignored", ["tabs"], async () => {
      const hex = (byte, length) => byte.repeat(length);
      const entries = ["", "null", "[]", "{", "5", '"x"', "{}"];
      for (const record of ["", "zz", hex("00", 87), hex("00", 88), hex("ff", 88), hex("ff", 89), null, 5, {}]) {
        for (const at of [0, 1e300, "now"]) entries.push(JSON.stringify({ at, record, data: "{" }));
      }
      // A record as it should be, beside JSON that is no session: another version of the page may have written it.
      const sound = JSON.parse(await tab.evaluate(() => localStorage.getItem("stayd.session")));
      for (const data of ["5", '"x"', "{}", "null", '{"user":null,"session":null}', '{"user":{},"session":{}}']) entries.push(JSON.stringify({ ...sound, data }));
      for (const [i, entry] of entries.entries()) {
        await tab.evaluate(
          async (text) => {
            session.dispose();
            localStorage.setItem("stayd.session", text);
            const { createSession } = await import("/stayd/index.js");
            window.session = createSession();
            window.firstEmail = session.get().data?.user.email;
          },
          entry,
        );
        assert.equal((await verified(tab)).data.user.email, tab.person.email, `${i}: ${entry}`);
        assert.equal(await tab.evaluate(() => window.firstEmail), undefined);
      }
      assert.deepEqual(await tab.evaluate(() => window.complaints), []);
    });

    testIn(kind, "7 a database that holds anything else is ignored", ["tabs"], async () => {
      for (const entry of ["x", 5, {}, [], { at: 0, record: "x", data: null }, { at: NaN, record: null, data: 1 }, "a big number"]) {
        await tab.evaluate(async (text) => {
          // JSON knows none.
          const value = text === "a big number" ? { at: 5n, record: new Uint8Array(88), data: null } : text;
          session.dispose();
          localStorage.clear();
          const database = await new Promise((resolve) => {
            const request = indexedDB.open("stayd", 1);
            request.onsuccess = () => resolve(request.result);
          });
          const transaction = database.transaction("records", "readwrite");
          transaction.objectStore("records").put(value, "stayd");
          await new Promise((resolve) => (transaction.oncomplete = resolve));
          database.close();
          const { createSession } = await import("/stayd/index.js");
          window.session = createSession();
        }, entry);
        assert.equal((await verified(tab)).data.user.email, tab.person.email, JSON.stringify(entry));
      }
      assert.deepEqual(await tab.evaluate(() => window.complaints), []);
    });
  });
}
