// What the shell makes of the machine's bytes, and the machine's numbers of what servers say.
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const [{ fingerprint }, { readView }] = await Promise.all([source("bytes"), source("view")]);

test("ids that are numbers are told apart like their texts", () => {
  assert.notEqual(fingerprint(5), fingerprint(6));
  assert.equal(fingerprint(5), fingerprint("5"));
});

test("while nobody is remembered and no answer has come the view is pending, also after a failure", () => {
  const [LOADING, FAILED, OUT] = [1, 3, 0];
  const pending = (status, verified) => readView([status, 0, verified, 0, 0, 0, 0, 0, 0, 0], null).isPending;
  assert.deepEqual([pending(LOADING, 0), pending(FAILED, 0), pending(OUT, 1), pending(OUT, 0)], [true, true, false, false]);
});

test("what the server said of one trouble is not said of another, nor after it", () => {
  const [OFFLINE, TOO_MANY] = [1, 4];
  const said = { trouble: "too-many", error: { code: "TOO_MANY_REQUESTS", message: "Slow down", status: 429 } };
  const shown = (trouble) => readView([2, 2, 0, 0, 0, 0, 0, 0, trouble, 0], null, said).error;
  assert.deepEqual([shown(TOO_MANY), shown(OFFLINE)?.code, shown(0)], [said.error, "offline", null]);
});
