// What becomes of a page's own mistakes, and of what others put in the session's place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const [{ createSession }, { createConnections }] = await Promise.all([source("js"), source("connections")]);
const initial = {
  session: { id: "s1", userId: "u1", expiresAt: new Date(Date.now() + 3_600_000).toISOString() },
  user: { id: "u1", name: "Ada" },
};

/** A session of somebody, and what was reported as a mistake of the page. */
function somebody(t) {
  const reported = [];
  globalThis.reportError = (error) => reported.push(error.message);
  const session = createSession({ initial });
  t.after(() => {
    session.dispose();
    delete globalThis.reportError;
  });
  return { session, reported };
}
const mistake = () => {
  throw new Error("mine");
};

test("a listener that throws keeps nobody else from hearing of a sign-out", (t) => {
  const { session, reported } = somebody(t);
  const heard = [];
  session.listen(mistake);
  session.listen(({ data }) => heard.push(data));
  session.on("signed-out", mistake);
  session.on("signed-out", () => heard.push("signed-out"));
  void session.signOut();
  assert.deepEqual(heard.sort(), [null, "signed-out"].sort());
  assert.deepEqual(reported, ["mine", "mine"]);
});

test("a function that listens twice is called twice, and once when it has stopped listening once", (t) => {
  const { session } = somebody(t);
  let calls = 0;
  const count = () => calls++;
  const stop = session.listen(count);
  session.listen(count);
  stop();
  stop();
  void session.signOut();
  assert.equal(calls, 1);
  calls = 0;
  session.subscribe(count);
  session.subscribe(count);
  assert.equal(calls, 2);
});

test("where nobody is to hear of each step nothing is reported", (t) => {
  const { reported } = somebody(t);
  createSession({ initial, debug: false }).dispose();
  createSession({ initial, debug: mistake }).dispose();
  assert.deepEqual([...new Set(reported)], ["mine"]);
});

test("a listener that another one has stopped is not called any more", (t) => {
  const { session } = somebody(t);
  let calls = 0;
  session.listen(() => stop());
  const stop = session.listen(() => calls++);
  void session.signOut();
  assert.equal(calls, 0);
});

test("a mistake of the page is no mistake of the session where nothing reports one", (t) => {
  const { session } = somebody(t);
  delete globalThis.reportError;
  session.listen(mistake);
  void session.signOut();
  assert.equal(session.get().data, null);
});

test("a connection that cannot be closed keeps no other one open", (t) => {
  const { reported } = somebody(t);
  const connections = createConnections(() => true);
  let closed = 0;
  connections.add(() => ({ close: mistake }));
  const other = connections.add(() => ({ close: () => closed++ }));
  assert.ok(other.current);
  connections.close();
  assert.deepEqual([other.current, closed, reported], [null, 1, ["mine"]]);
});

test("a connection that cannot be opened is the page's mistake, and not tried again", (t) => {
  const { reported } = somebody(t);
  const connections = createConnections(() => true);
  assert.throws(() => connections.add(mistake), /mine/);
  connections.open(true);
  assert.deepEqual(reported, []);
});

test("a page that is being rendered opens no connection, and gets a refusal at once", async (t) => {
  const { session } = somebody(t);
  let opened = 0;
  session.channel(() => ({ close: () => {}, opened: ++opened }));
  assert.equal(opened, 0);
  const network = globalThis.fetch;
  t.after(() => void (globalThis.fetch = network));
  globalThis.fetch = async () => new Response(null, { status: 401 });
  assert.equal((await session.fetch("https://app.example.test/api/things")).status, 401);
});
