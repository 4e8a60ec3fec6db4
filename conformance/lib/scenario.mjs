import { Jar, unsign } from "./cookies.mjs";
import { exchange, wire } from "./http.mjs";
import { eventually } from "./eventually.mjs";
import { Names } from "./names.mjs";
import { normalise } from "./normalise.mjs";

/**
 * A story told to both servers, request by request. `tell` sees only its own server, so it cannot compare anything itself.
 *
 * @typedef {{title: string, variant: string, tell: (run: Run) => Promise<void>}} Scenario
 */

/** Every scenario of the suite, in the order of definition. @type {Scenario[]} */
export const scenarios = [];

/**
 * Defines a scenario.
 * @param {string} title a sentence
 * @param {((run: Run) => Promise<void>) | string} variantOrTell the name of a variant (`plain` when left out)
 * @param {(run: Run) => Promise<void>} [tell]
 */
export function scenario(title, variantOrTell, tell) {
  const named = typeof variantOrTell === "string";
  scenarios.push({ title, variant: named ? variantOrTell : "plain", tell: named ? tell : variantOrTell });
}

/**
 * A kept difference, for the `kept` option of a request: what ours answers where the reference answers otherwise.
 * Members of `answer` take the place of the reference's; `headers` and `cookies` are merged, and `undefined` removes.
 *
 * @param {string} id as declared in docs/compatibility.md
 * @param {Partial<import("./normalise.mjs").Normal>} answer
 */
export const keep = (id, answer) => ({ id, answer });

/**
 * @typedef {{method?: string, path: string, json?: any, body?: string | Buffer, type?: string | null,
 *   headers?: [string, string][], origin?: string | null, cookie?: string | null, host?: string,
 *   note?: string, kept?: ReturnType<typeof keep>, outside?: boolean, unordered?: boolean, window?: number}} RequestOptions
 * `json` is a body of type application/json; `body` any bytes under `type`. `origin` is the server's own unless said
 * otherwise (null: none), `cookie` that of the browser's jar (null: none). `outside` says that the path is not below the
 * base path, where ours need not send the headers that go with the protocol's answers. `unordered` says that the body is a list without an order. `window` is the length of a limit in
 * seconds: the time to wait reads as the whole of it, where no more is missing than the scenario has lasted.
 * @typedef {{status: number, json: any, text: string, headers: [string, string][], location: string | undefined}} Seen
 * @typedef {{label: string, normal: import("./normalise.mjs").Normal | {status: number}, kept?: ReturnType<typeof keep>,
 *   origin: string | null, base: string, outside?: boolean, elapsed: number}} Step
 * `elapsed` is the time since the scenario began, in seconds.
 */

/** One telling of a scenario to one server. */
export class Run {
  /** @type {Step[]} */
  steps = [];

  /** @param {import("../reference/launch.mjs").Target} target @param {number} number of the scenario */
  constructor(target, number) {
    this.target = target;
    this.number = number;
    this.base = target.baseURL;
    this.secure = target.baseURL.startsWith("https:");
    this.names = new Names(target.baseURL);
    this.began = Date.now();
  }

  /** An address that only this scenario uses. @param {string} name */
  email(name = "alice") { return `${name}-${this.number}@example.com`; }

  /** A browser without cookies. */
  browser() { return new Browser(this, new Jar()); }

  /** The full name of a cookie, with the prefix of secure ones. @param {string} suffix */
  cookieName(suffix) { return `${this.secure ? "__Secure-" : ""}better-auth.${suffix}`; }

  /** The next letter to an address; its link's token is known under a stable name. @param {string} address */
  async letter(address) {
    const letter = await this.target.mail.next(address);
    const token = /\/reset-password\/([^?/]+)/.exec(letter.link)?.[1] ?? new URL(letter.link).searchParams.get("token");
    if (token && !token.startsWith("eyJ")) this.names.name("mail token", token);
    this.record({ label: `letter to ${address}`, normal: { status: 0, body: this.names.text(letter.link) } });
    return { ...letter, token, path: letter.link.slice(this.base.length) };
  }

  /** Says how many letters wait for an address, as a step of its own. @param {string} address */
  noLetter(address) {
    this.record({ label: `letters to ${address}`, normal: { status: 0, body: this.target.mail.waiting(address) } });
  }

  /** Sends bytes as they are; only the status is compared. @param {string} note @param {string | Buffer} bytes @param {ReturnType<typeof keep>} [kept] */
  async wire(note, bytes, kept) {
    const status = await wire(this.target.port, bytes);
    this.record({ label: note, normal: { status }, kept });
  }

  /** Adds a step. @param {Partial<Step>} step */
  record(step) { this.steps.push({ origin: null, base: this.base, elapsed: (Date.now() - this.began) / 1000, ...step }); }

  /**
   * Adds the answer to a request.
   * @param {RequestOptions} options
   * @param {import("./http.mjs").Answer} answer
   * @param {string | null} presented the session token that the browser's jar held when it asked
   */
  recordAnswer(options, answer, presented) {
    const normal = normalise(answer, this.names, Date.now(), presented);
    if (options.unordered) normal.body.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    for (const name of ["retry-after", "x-retry-after"]) {
      const missing = options.window - Number(normal.headers[name]);
      if (missing > 0 && missing <= (Date.now() - this.began) / 1000) normal.headers[name] = String(options.window);
    }
    this.record({
      label: label(options, this.names),
      normal,
      kept: options.kept,
      origin: options.origin === undefined ? this.base : options.origin,
      outside: options.outside,
    });
  }
}

/** One browser: a jar of cookies, and requests that carry them. */
export class Browser {
  /** @param {Run} run @param {Jar} jar */
  constructor(run, jar) {
    this.run = run;
    this.jar = jar;
  }

  /** Another browser with the same cookies. */
  copy() { return new Browser(this.run, this.jar.copy()); }

  /** The value of a cookie of the library. @param {string} suffix such as `session_token` */
  cookie(suffix) { return this.jar.get(this.run.cookieName(suffix)); }
  setCookie(suffix, value) { this.jar.set(this.run.cookieName(suffix), value); }

  get(path, options = {}) { return this.send({ method: "GET", path, ...options }); }
  post(path, json, options = {}) { return this.send({ method: "POST", path, json, ...options }); }

  /** Signs up; a counted step like any other. @param {Record<string, any>} [fields] @param {Partial<RequestOptions>} [options] */
  signUp(fields = {}, options = {}) {
    const body = { name: "Alice", email: this.run.email(), password: "password123", ...fields };
    return this.post("/sign-up/email", body, options);
  }

  /** Signs in. @param {Record<string, any>} [fields] @param {Partial<RequestOptions>} [options] */
  signIn(fields = {}, options = {}) {
    return this.post("/sign-in/email", { email: this.run.email(), password: "password123", ...fields }, options);
  }

  /**
   * Sends a request, adds the normalised answer to the run, and takes its cookies. A path that begins with `/api/` is
   * used as it is; any other is below `/api/auth`.
   * @param {RequestOptions} options
   * @returns {Promise<Seen>}
   */
  async send(options) {
    const { answer, seen, presented } = await this.#exchange(options);
    this.run.recordAnswer(options, answer, presented);
    return seen;
  }

  /** Asks again until the answer is as wished; only then it is a step. @param {RequestOptions} options @param {(seen: Seen) => boolean} wished */
  async sendUntil(options, wished) {
    const { answer, presented } = await eventually(async () => {
      const tried = await this.#exchange(options);
      return wished(tried.seen) && tried;
    }, { everyMs: 100, what: `the wished answer to ${options.path}` });
    this.run.recordAnswer(options, answer, presented);
  }

  async #exchange(options) {
    const { run, jar } = this;
    const path = options.path.startsWith("/api/") ? options.path : `/api/auth${options.path}`;
    const headers = [...(options.headers ?? [])];
    const add = (name, value) => { if (value !== null && value !== undefined) headers.push([name, value]); };
    const json = options.json !== undefined;
    add("content-type", options.type === undefined && json ? "application/json" : options.type);
    add("origin", options.origin === undefined ? run.base : options.origin);
    add("cookie", options.cookie === undefined ? jar.header() : options.cookie);
    const isByHeader = headers.some(([name]) => name === "authorization");
    const own = options.cookie === undefined && !isByHeader && this.cookie("session_token");
    const presented = own ? unsign(own) : null;
    const answer = await exchange({
      port: run.target.port,
      method: options.method ?? "GET",
      path,
      host: options.host ?? new URL(run.base).host,
      headers,
      body: json ? JSON.stringify(options.json) : options.body,
    });
    jar.take(answer.headers.filter(([name]) => name === "set-cookie").map(([, value]) => value));
    const text = answer.body.toString("utf8");
    const location = answer.headers.find(([name]) => name === "location")?.[1];
    return { answer, presented, seen: { status: answer.status, text, json: tryJson(text), headers: answer.headers, location } };
  }
}

function tryJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What was asked, in words that are the same for both servers. */
function label({ method = "GET", path, json, body, note }, names) {
  const sent = json !== undefined ? JSON.stringify(json) : body !== undefined ? `(${Buffer.byteLength(body)} bytes)` : "";
  const short = (text) => (text.length > 120 ? `${text.slice(0, 117)}...` : text);
  return `${method} ${short(names.text(path))} ${short(names.text(sent))}${note ? ` — ${names.text(note)}` : ""}`;
}
