// What the page's requests are sent as (EN-4).
import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { source } from "./source.mjs";

const [{ createQueue }, { VERDICT_ADMIT, VERDICT_HOLD }] = await Promise.all([source("queue"), source("codes")]);

/** A gate that is always open, unless it is asked otherwise, and what was sent through it. */
function open(ask = () => ({ verdict: VERDICT_ADMIT })) {
  const sent = [];
  const signals = [];
  const queue = createQueue({
    ask,
    withdraw() {},
    moment: () => new Uint8Array(8),
    send: async (input, init) => (sent.push(new Request(input, { ...init, signal: null })), signals.push(new WeakRef(init.signal)), new Response()),
    person: () => "u1",
    timeout: 1_000,
    renews: true,
  });
  return { queue, sent, signals };
}

test("a request that is given in the place of options is sent with its method, its headers and its body", async () => {
  const { queue, sent } = open();
  const options = new Request("http://elsewhere.test/", { method: "POST", headers: { "x-of": "the options" }, body: "kept" });
  await queue.fetch("http://app.test/orders", options);
  const [{ url, method, headers }] = sent;
  assert.deepEqual([url, method, headers.get("x-of")], ["http://app.test/orders", "POST", "the options"]);
  assert.equal(await sent[0].text(), "kept");
});

test("a request that is let go, or rejected, while it is asked about does not wait", async () => {
  const outcomes = [undefined, { code: "ended", message: "Session: ended" }].map((error) => {
    const { queue } = open(() => {
      // A listener hears that requests wait, and ends that.
      queue.settle(error);
      return { verdict: VERDICT_HOLD };
    });
    return queue.fetch("http://app.test/orders");
  });
  const [sent, rejected] = await Promise.allSettled(outcomes);
  assert.deepEqual([sent.status, rejected.reason?.code], ["fulfilled", "ended"]);
});

test("nothing of a request that is over is kept by a signal that the page has for all of its life", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const { queue, signals } = open();
  const { signal } = new AbortController();
  await queue.fetch("http://app.test/orders", { signal });
  for (let round = 0; signals[0].deref() && round < 50; round++) {
    await new Promise(setImmediate);
    collect();
  }
  assert.equal(signals[0].deref(), undefined);
  assert.equal(signal.aborted, false);
});
