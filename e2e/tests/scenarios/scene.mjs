// What the scenarios have in common: a browser with tabs of one site, a person signed in, the clock of what is stored.
import { PAGE, startSite } from "../../app/site.mjs";
import { borrow } from "../../browsers/lending.mjs";
import { until } from "../../until.mjs";

export const PASSWORD = "correct horse battery";
let people = 0;

/** The page with a script that runs before the package does. */
export const pageWith = (script) => PAGE.replace('<script type="module">', `<script>(${script})();</script>\n$&`);

/** A site, a browser of this kind, and an empty page of the site to be at while the browser is prepared. */
export async function openScene(kind, { pages = {}, profile, ...rest } = {}) {
  const site = await startSite({ pages: { "/blank": "<!doctype html><title>blank</title>", ...pages }, ...rest });
  try {
    // One that is started in a way of its own is for this scene alone.
    const browser = profile ? await kind.open({ profile }) : await borrow(kind);
    return new Scene(site, browser);
  } catch (error) {
    await site.remove();
    throw error;
  }
}

class Scene {
  #tabs = [];

  constructor(site, browser) {
    this.site = site;
    this.browser = browser;
  }

  /** Closes all tabs but one and forgets everything; gives that one, at an empty page. */
  async empty() {
    this.site.fault = null;
    this.#tabs = this.#tabs.filter((tab) => !tab.closed);
    const [first = await this.#open(), ...others] = this.#tabs;
    for (const tab of others) await tab.close();
    this.#tabs = [first];
    await first.front();
    await first.goto(`${this.site.origin}/blank`);
    await this.browser.clearStorage();
    this.site.forget();
    return first;
  }

  /** An empty browser with one tab, in which somebody new is signed in. `options` are those of `createSession`. */
  async signedIn(options = {}, path = "/") {
    const tab = await this.empty();
    await this.go(tab, options, path);
    tab.person = await signUp(tab);
    return tab;
  }

  /** More tabs, empty. */
  async blankTabs(count) {
    const tabs = [];
    for (let i = 0; i < count; i++) tabs.push(await this.#open());
    return tabs;
  }

  async tab(options = {}, path = "/") {
    const tab = await this.#open();
    await this.go(tab, options, path);
    return tab;
  }

  /** Loads the page. Where it is there already a change of the options alone would load nothing: hence the question mark. */
  async go(tab, options = {}, path = "/") {
    const query = path.includes("?") ? "" : `?${++people}`;
    await tab.goto(`${this.site.origin}${path}${query}#${encodeURIComponent(JSON.stringify(options))}`);
    await until("the page's session", () => tab.evaluate(() => typeof session === "object"));
  }

  async #open() {
    const tab = await this.browser.tab(`${this.site.origin}/blank`);
    const close = tab.close.bind(tab);
    tab.close = () => ((tab.closed = true), close());
    this.#tabs.push(tab);
    return tab;
  }

  async close() {
    await this.browser.close();
    await this.site.remove();
  }
}

/** Signs somebody new up, in this tab. */
export async function signUp(tab) {
  const who = { email: `person${++people}.${process.pid}@example.com`, password: PASSWORD, name: "Ada" };
  const result = await tab.evaluate((them) => session.signUp(them), who);
  if (!result.ok) throw new Error(`nobody could be signed up: ${JSON.stringify(result)}`);
  return who;
}

export const view = (tab) => tab.evaluate(() => session.get());

/** Waits until the page's view has these values; gives the view. */
export const untilView = (tab, wanted, seconds) =>
  until(
    `a view with ${JSON.stringify(wanted)}`,
    async () => {
      const seen = await view(tab);
      return Object.entries(wanted).every(([key, value]) => seen[key] === value) && seen;
    },
    seconds,
  );

export const verified = (tab) => untilView(tab, { identity: "active", verified: true });

/** Makes what the browser remembers, if it does, so much older, in ms. */
export const age = (tab, ms, name = "stayd") =>
  tab.evaluate(
    async (earlier, key) => {
      const hint = JSON.parse(localStorage.getItem(`${key}.session`));
      if (hint) localStorage.setItem(`${key}.session`, JSON.stringify({ ...hint, at: hint.at - earlier }));
      if (!(await indexedDB.databases()).length) return;
      const database = await new Promise((resolve, reject) => {
        const request = indexedDB.open("stayd", 1);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const transaction = database.transaction("records", "readwrite");
      const records = transaction.objectStore("records");
      records.get(key).onsuccess = ({ target: { result } }) => result && records.put({ ...result, at: result.at - earlier }, key);
      await new Promise((resolve) => (transaction.oncomplete = resolve));
      database.close();
    },
    ms,
    name,
  );

/** All that a script of the page's origin can read from where browsers store things, as text. */
export const stored = (tab) =>
  tab.evaluate(async () => {
    const databases = {};
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      for (const store of database.objectStoreNames) {
        const all = database.transaction(store).objectStore(store).getAll();
        await new Promise((resolve) => (all.onsuccess = resolve));
        databases[`${name}.${store}`] = all.result;
      }
      database.close();
    }
    return JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }, databases, location.href]);
  });

/** A promise and the function that fulfils it: what a fault waits for until the test lets it go. */
export function gate() {
  let open;
  const opened = new Promise((resolve) => (open = resolve));
  return { opened, open };
}

/** Whether a request is the client's question about the session, or its renewal. */
export const asksSession = ({ path }) => path === "/get-session";

export const json = (status, value, headers = {}) => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
});
