// What becomes of a page's own mistakes, and of what others put in the session's place.
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const { createSession } = await source("js");
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

test("a connection that cannot be closed keeps nobody from hearing of a sign-out, and no other one open", (t) => {
  const { session, reported } = somebody(t);
  let closed = 0;
  session.channel(() => ({ close: mistake }));
  const other = session.channel(() => ({ close: () => closed++ }));
  assert.ok(other.current);
  void session.signOut();
  assert.deepEqual([session.get().data, other.current, closed, reported], [null, null, 1, ["mine"]]);
});
