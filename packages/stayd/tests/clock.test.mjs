import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const { createClock } = await source("clock");

/** A clock over two hands that the test moves, in ms. */
function hands() {
  const at = { wall: 1_700_000_000_000, monotonic: 50 };
  const clock = createClock(() => at.wall, () => at.monotonic);
  const pass = (wall, monotonic = wall) => {
    at.wall += wall;
    at.monotonic += monotonic;
    return clock.now();
  };
  return { clock, pass, start: at.wall };
}

test("time passes as the monotonic clock says", () => {
  const { clock, pass, start } = hands();
  assert.equal(pass(1000), start + 1000);
  assert.equal(pass(2000, 1990), start + 2990);
  assert.equal(clock.leapt(), false);
});

test("a sleep is noticed once, and counted", () => {
  const { clock, pass, start } = hands();
  assert.equal(pass(3_600_000, 20), start + 3_600_000);
  assert.equal(clock.leapt(), true);
  assert.equal(clock.leapt(), false);
});

test("a clock that is set back changes nothing, whichever way it goes afterwards", () => {
  const { clock, pass, start } = hands();
  assert.equal(pass(-3_600_000, 10), start + 10);
  assert.equal(pass(1000), start + 1010);
  assert.equal(clock.leapt(), false);
});

test("time never runs back, however often the clock is set", () => {
  const { pass } = hands();
  let last = 0;
  for (const [wall, monotonic] of [[5, 5], [-9e9, 0], [9e9, 3], [-7, 7], [6000, 1], [0, 0]]) {
    const now = pass(wall, monotonic);
    assert.ok(now >= last);
    last = now;
  }
});
