import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const { createConnections } = await source("connections");

test("what is to be connected while the page may change nothing is connected when it may, and works", () => {
  let may = false;
  const connections = createConnections(() => may);
  const opened = [];
  const channel = connections.add(() => {
    const connection = { readyState: may ? 1 : 3, close() {} };
    opened.push(connection);
    return connection;
  });
  // The answer to a renewal that came after the network had gone.
  connections.open(true);
  assert.equal(channel.current, null);
  may = true;
  connections.open(false);
  assert.deepEqual(opened.map(({ readyState }) => readyState), [1]);
  assert.equal(channel.current, opened[0]);
});
