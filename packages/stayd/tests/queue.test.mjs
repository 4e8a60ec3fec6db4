// What the page's requests are sent as (EN-4).
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const [{ createQueue }, { VERDICT_ADMIT }] = await Promise.all([source("queue"), source("codes")]);

/** A gate that is always open, and what was sent through it. */
function open() {
  const sent = [];
  const queue = createQueue({
    ask: () => ({ verdict: VERDICT_ADMIT }),
    withdraw() {},
    moment: () => new Uint8Array(8),
    send: async (input, init) => (sent.push(new Request(input, init)), new Response()),
    person: () => "u1",
    timeout: 1_000,
    renews: true,
  });
  return { queue, sent };
}

test("a request that is given in the place of options is sent with its method, its headers and its body", async () => {
  const { queue, sent } = open();
  const options = new Request("http://elsewhere.test/", { method: "POST", headers: { "x-of": "the options" }, body: "kept" });
  await queue.fetch("http://app.test/orders", options);
  const [{ url, method, headers }] = sent;
  assert.deepEqual([url, method, headers.get("x-of")], ["http://app.test/orders", "POST", "the options"]);
  assert.equal(await sent[0].text(), "kept");
});
