// Values made of the session: what a person may do, what is still asked of them (AU-5, SS-12).
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const { derived } = await source("derived");

/** A session whose view the test sets. */
function fake(view) {
  const listeners = new Set();
  return {
    get: () => view,
    listen: (listener) => (listeners.add(listener), () => listeners.delete(listener)),
    set(next) {
      view = next;
      listeners.forEach((listener) => listener(view));
    },
    listeners,
  };
}
const of = (role) => ({ data: role && { user: { role } } });

test("listeners hear of a derived value only when it changes", () => {
  const session = fake(of("admin"));
  const heard = [];
  const isAdmin = derived(session, ({ data }) => data?.user.role === "admin");
  const stop = isAdmin.subscribe((value) => heard.push(value));
  session.set(of("admin"));
  session.set(of("editor"));
  session.set(of(null));
  assert.deepEqual(heard, [true, false]);
  assert.equal(isAdmin.value, false);
  stop();
  assert.equal(session.listeners.size, 0);
});
