import { until } from "../until.mjs";

const SIZE = { width: 1200, height: 900 };
const SECONDS = 120;
let evaluations = 0;

/** A window of MiniBrowser in the part of a tab. */
export class WebKitTab {
  #browser;
  #driver;

  constructor(browser, driver, handle) {
    this.#browser = browser;
    this.#driver = driver;
    this.handle = handle;
  }

  /**
   * Starts the function in the page and asks until it has settled, so that the driver is free for other tabs meanwhile:
   * one tab may wait for what another is about to do.
   */
  async evaluate(fn, ...args) {
    const id = ++evaluations;
    await this.#run(`const fn = (${fn}); (${start})(fn, ...arguments);`, [id, args]);
    const settled = await until(`${fn} to settle`, () => this.#run(`return (${outcome})(...arguments);`, [id]), SECONDS);
    const { value, error } = JSON.parse(settled);
    if (error) throw Object.assign(new Error(error.message), { name: error.name });
    return value;
  }

  async goto(url) {
    await this.#browser.letThrough(url);
    await this.#ask("POST", "/url", { url });
  }

  async reload() {
    await this.#ask("POST", "/refresh");
  }

  async back() {
    await this.#ask("POST", "/back");
  }

  async forward() {
    await this.#ask("POST", "/forward");
  }

  async front() {
    for (const tab of this.#browser.tabs) if (tab !== this) await tab.#ask("POST", "/window/minimize");
    await this.#ask("POST", "/window/rect", SIZE);
  }

  freeze(frozen) {
    return this.#browser.processes.freeze(this, (fn) => this.evaluate(fn), frozen);
  }

  async close() {
    this.#browser.forget(this);
    await this.#ask("DELETE", "/window");
  }

  #run(script, args) {
    return this.#ask("POST", "/execute/sync", { script, args });
  }

  #ask(method, path, body) {
    return this.#driver.askWindow(this.handle, method, path, body);
  }
}

/** In the page: begins a call and keeps what becomes of it, as JSON. */
function start(fn, id, args) {
  const outcomes = (globalThis.evaluationOutcomes ??= new Map());
  outcomes.set(id, null);
  const failed = (error) => ({ error: { name: error?.name ?? "Error", message: error?.message ?? String(error) } });
  (async () => ({ value: await fn(...args) }))()
    .catch(failed)
    .then((result) => outcomes.set(id, JSON.stringify(result)));
}

/** In the page: what has become of a call, null while it runs. */
function outcome(id) {
  const outcomes = globalThis.evaluationOutcomes;
  if (!outcomes?.has(id)) return JSON.stringify({ error: { name: "Error", message: "the page has gone" } });
  const result = outcomes.get(id);
  if (result !== null) outcomes.delete(id);
  return result;
}
