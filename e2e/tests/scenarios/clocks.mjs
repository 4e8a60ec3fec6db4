/**
 * A script that a page runs before the package, where a scenario is about clocks (hand it to `pageWith`). `?wrong=3600000` in
 * the page's address: its wall clock is so far ahead. `sleep(ms)`: the wall clock gets ahead of the monotonic one, as on a
 * computer that sleeps. `pass(ms)`: both go on. `?throttled`: timers run then, and only then, as in a tab that the browser
 * wakes when it likes. `sent` is what the page has sent, and when.
 */
export function clocks() {
  const query = new URLSearchParams(location.search);
  let slept = Number(query.get("wrong") ?? 0);
  let passed = 0;
  const wall = Date.now;
  const monotonic = performance.now.bind(performance);
  Date.now = () => wall() + passed + slept;
  performance.now = () => monotonic() + passed;
  globalThis.sleep = (ms) => void (slept += ms);

  const timers = new Map();
  let last = 0;
  if (query.has("throttled")) {
    globalThis.setTimeout = (run, ms = 0) => (timers.set(++last, { run, at: performance.now() + ms }), last);
    globalThis.clearTimeout = (id) => void timers.delete(id);
  }
  globalThis.pass = (ms) => {
    passed += ms;
    for (const [id, { run, at }] of [...timers]) if (at <= performance.now() && timers.delete(id)) run();
  };

  globalThis.sent = [];
  const send = globalThis.fetch;
  globalThis.fetch = (...args) => {
    sent.push({ url: String(args[0]), at: performance.now() });
    return send(...args);
  };
}
