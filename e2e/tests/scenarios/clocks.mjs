// Scripts that a page runs before the package, where a scenario is about clocks. Hand them to `pageWith`.

/**
 * The wall clock runs wrong by what the page's address says (`?wrong=3600000`), or gets ahead of the monotonic one by
 * `sleep(ms)`, as a computer that sleeps does; `requests` counts what the page sends.
 */
export function unsteady() {
  let ahead = Number(new URLSearchParams(location.search).get("wrong") ?? 0);
  const wall = Date.now;
  Date.now = () => wall() + ahead;
  globalThis.sleep = (ms) => void (ahead += ms);
  globalThis.requests = 0;
  const send = globalThis.fetch;
  globalThis.fetch = (...args) => (requests++, send(...args));
}

/** Time passes when the test says so, and timers run only then: `pass(ms)` is what a browser does that wakes a hidden page. */
export function throttled() {
  let ahead = 0;
  let last = 0;
  const timers = new Map();
  const wall = Date.now;
  const monotonic = performance.now.bind(performance);
  Date.now = () => wall() + ahead;
  performance.now = () => monotonic() + ahead;
  globalThis.setTimeout = (run, ms = 0) => (timers.set(++last, { run, at: performance.now() + ms }), last);
  globalThis.clearTimeout = (id) => void timers.delete(id);
  globalThis.pass = (ms) => {
    ahead += ms;
    for (const [id, { run, at }] of [...timers]) if (at <= performance.now() && timers.delete(id)) run();
  };
}
