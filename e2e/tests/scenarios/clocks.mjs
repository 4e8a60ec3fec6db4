import { browsers, webkit } from "../../browsers/index.mjs";

/**
 * The browsers whose timers a test can hold (`?throttled`). WebKit's driver gives each script that it runs a timer in the page, and
 * takes it for the script's end when `pass` rings it.
 */
export const holdable = browsers.filter((kind) => kind !== webkit);

/**
 * A script that a page runs before the package, where a scenario is about clocks (hand it to `pageWith`). `?wrong=3600000` in
 * the page's address: its wall clock is so far ahead. `sleep(ms)`: the wall clock gets ahead of the monotonic one, as on a
 * computer that sleeps; `sleep(ms, true)`: on one whose monotonic clock goes on meanwhile. `pass(ms)`: both go on, and the page is awake. `?still=1760000000000`: time passes then, and only then, from this moment on, in
 * every tab that is given the same: how fast the machine is says nothing. `?throttled`: so do timers, as in a tab that the browser
 * wakes when it likes. `sent` is what the page has sent, and when.
 */
export function clocks() {
  const query = new URLSearchParams(location.search);
  let slept = Number(query.get("wrong") ?? 0);
  let passed = 0;
  const throttled = query.has("throttled");
  const still = throttled || query.has("still");
  const clock = (clock, from = clock()) => (still ? () => Number(from) : clock);
  const wall = clock(Date.now, query.get("still") ?? undefined);
  const monotonic = clock(performance.now.bind(performance));
  Date.now = () => wall() + passed + slept;
  performance.now = () => monotonic() + passed;
  globalThis.sleep = (ms, goesOn = false) => void (goesOn ? (passed += ms) : (slept += ms));

  const timers = new Map();
  let last = 0;
  if (throttled) {
    globalThis.setTimeout = (run, ms = 0) => (timers.set(++last, { run, at: performance.now() + ms }), last);
    globalThis.clearTimeout = (id) => void timers.delete(id);
  }
  globalThis.pass = (ms) => {
    // One that had no turn for longer would have slept.
    for (let left = ms, step; left > 0; left -= step) {
      step = Math.min(left, 280_000);
      passed += step;
      for (const [id, { run, at }] of [...timers]) if (at <= performance.now() && timers.delete(id)) run();
    }
  };

  globalThis.sent = [];
  const send = globalThis.fetch;
  globalThis.fetch = (...args) => {
    sent.push({ url: String(args[0]), at: performance.now() });
    return send(...args);
  };
}
