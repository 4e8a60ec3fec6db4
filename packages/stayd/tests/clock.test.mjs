import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

const module = await source("clock");
const { createClock } = module;
const { readEntry } = await source("storage");

/** A clock over two hands that the test moves, in ms, until it ends. */
function hands({ mock }) {
  const at = { wall: 1_700_000_000_000, monotonic: 50 };
  mock.method(Date, "now", () => at.wall);
  mock.method(performance, "now", () => at.monotonic);
  const clock = createClock();
  const pass = (wall, monotonic = wall) => {
    at.wall += wall;
    at.monotonic += monotonic;
    return clock.now();
  };
  return { clock, pass, start: at.wall };
}

test("time passes as the monotonic clock says", (context) => {
  const { clock, pass, start } = hands(context);
  assert.equal(pass(1000), start + 1000);
  assert.equal(pass(2000, 1990), start + 2990);
  assert.equal(clock.leapt, false);
});

test("a sleep is noticed once, and counted", (context) => {
  const { clock, pass, start } = hands(context);
  assert.equal(pass(3_600_000, 20), start + 3_600_000);
  assert.equal(clock.leapt, true);
  clock.leapt = false;
  assert.equal(pass(1000), start + 3_601_000);
  assert.equal(clock.leapt, false);
});

test("a clock that is set back changes nothing, whichever way it goes afterwards", (context) => {
  const { clock, pass, start } = hands(context);
  assert.equal(pass(-3_600_000, 10), start + 10);
  assert.equal(pass(1000), start + 1010);
  assert.equal(clock.leapt, false);
});

test("after a clock was set back, nobody knows how old what is stored from before is, however recent it looks", (context) => {
  const { pass, start } = hands(context);
  pass(20_000);
  pass(-15_000, 1000);
  assert.equal(module.unsureUntil, start + 21_000);
  // A little by which clocks differ that are read one after the other is none.
  pass(0, 900);
  assert.equal(module.unsureUntil, start + 21_000);

  const entry = { at: Date.now() - 40, record: new Uint8Array(88), data: null };
  assert.equal(readEntry(entry, entry.at).age, Infinity);
  assert.ok(readEntry(entry, entry.at - 1).age >= 40);
  assert.ok(readEntry(entry).age >= 40);
  assert.equal(readEntry({ ...entry, at: Date.now() + 5000 }).age, Infinity);
});

test("time never runs back, however often the clock is set", (context) => {
  const { pass } = hands(context);
  let last = 0;
  for (const [wall, monotonic] of [[5, 5], [-9e9, 0], [9e9, 3], [-7, 7], [6000, 1], [0, 0]]) {
    const now = pass(wall, monotonic);
    assert.ok(now >= last);
    last = now;
  }
});

test("what was written before a page began is no fresh word", (context) => {
  const monotonic = context.mock.method(performance, "now");
  const ageOf = (ms) => readEntry({ at: Date.now() - ms, record: new Uint8Array(88), data: null }).age;
  monotonic.mock.mockImplementation(() => 200);
  assert.ok(ageOf(100) < 200);
  assert.equal(ageOf(300), 5201, "and goes on growing older as the page does");
  assert.ok(ageOf(9000) >= 9000, "and never younger than it is");
  monotonic.mock.mockImplementation(() => 60_000);
  assert.ok(ageOf(2000) < 2200);
});
