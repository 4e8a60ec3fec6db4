import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, test } from "node:test";
import { gzipSync } from "node:zlib";
import { source } from "./source.mjs";

// What of a browser the entry looks at.
globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
const page = new EventTarget();
globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.reportError = (thrown) => reported.push(thrown);
const reported = [];

/** A tab's own storage, with room for little. */
const ROOM = 1000;
class TabStorage {
  getItem(key) {
    return Object.hasOwn(this, key) ? this[key] : null;
  }
  setItem(key, text) {
    if (text.length > ROOM) throw new DOMException("full", "QuotaExceededError");
    this[key] = text;
  }
  removeItem(key) {
    delete this[key];
  }
}

const opened = [];
beforeEach(() => (globalThis.sessionStorage = new TabStorage()));
afterEach(() => opened.splice(0).forEach((documents) => documents.close()));

/** A server with documents, and a session of one page with it. */
class World {
  documents = new Map();
  revision = 0;
  asked = [];
  /** Runs before a request is answered; what it returns is the answer. */
  before = null;
  #listeners = new Set();
  #view = { identity: "active", data: { user: { id: "ada" } } };

  get() {
    return this.#view;
  }
  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  refreshes = 0;
  async refresh() {
    this.refreshes += 1;
  }
  /** Nobody is remembered, and the server has yet to say who it is. */
  begin() {
    this.#view = { identity: "anonymous", data: null, isPending: true };
  }
  become(id, identity = id ? "active" : "anonymous") {
    this.#view = { identity, data: id && { user: { id } } };
    for (const listener of [...this.#listeners]) listener(this.#view);
  }

  /** As another device does it. */
  change(name, value) {
    this.revision += 1;
    if (value === undefined) this.documents.delete(name);
    else this.documents.set(name, { name, value, revision: this.revision });
    return this.revision;
  }

  fetch = async (url, { method = "GET", headers = {}, body } = {}) => {
    const { pathname, searchParams } = new URL(url, "http://site.example");
    const name = pathname.split("/documents")[1].slice(1);
    const entry = { method, name, is: headers["if-match"], isNot: headers["if-none-match"], user: searchParams.get("userId") };
    this.asked.push(entry);
    const answer = await this.before?.(entry);
    const [status, said] = answer || this.#answer(entry, body && JSON.parse(body).value);
    return new Response(status === 304 ? null : JSON.stringify(said), { status });
  };

  #answer({ method, name, is, isNot }, value) {
    const present = this.documents.get(name);
    const tag = present && `"${present.revision}"`;
    const meets = (is === undefined || is === tag) && !(present && (isNot === "*" || isNot === tag));
    if (method === "GET") return !present ? [404, { code: "NOT_FOUND" }] : meets ? [200, present] : [304];
    if (!meets) return [412, { code: "DOCUMENT_CHANGED" }];
    return [200, { revision: this.change(name, value) }];
  }

  counts = () => this.asked.map(({ method }) => method).join(" ");
}

async function open(world, name = "profile") {
  const { createDocuments } = await source("documents");
  const documents = createDocuments(world);
  opened.push(documents);
  return { documents, profile: documents.open(name) };
}

/** Waits until a store shows this. */
const shows = (store, wanted) =>
  new Promise((resolve) => {
    const stop = store.subscribe((view) => {
      if (!Object.entries(wanted).every(([key, value]) => JSON.stringify(view[key]) === JSON.stringify(value))) return;
      resolve(view);
      queueMicrotask(() => stop());
    });
  });

/** What the tab with the stream tells the others. */
function say(change) {
  const channel = new BroadcastChannel("stayd:1:documents:stayd");
  channel.postMessage(change);
  channel.close();
}

test("a document is read once, is missing or ready, and is the same store for its name", async () => {
  const world = new World();
  world.change("profile", { nick: "Ada" });
  const { documents, profile } = await open(world);
  assert.equal(profile.get().state, "loading");
  const view = await shows(profile, { state: "ready", value: { nick: "Ada" }, revision: 1, error: null });
  assert.equal(profile.value, view);
  assert.equal(documents.open("profile"), profile);
  await shows(documents.open("account"), { state: "missing", value: null, revision: 0 });
  assert.equal(world.counts(), "GET GET");
  assert.equal(world.asked[0].user, "ada");
});

test("a change elsewhere is read when it is newer, and not otherwise", async () => {
  const world = new World();
  world.change("profile", 1);
  const { profile } = await open(world);
  await shows(profile, { state: "ready" });
  const revision = world.change("profile", 2);
  for (const other of [{ user: "eve" }, { name: "account" }, { revision: 1 }, { revision: "99" }]) {
    say({ user: "ada", name: "profile", revision, ...other });
  }
  say(null);
  say({ user: "ada", name: "profile", revision });
  await shows(profile, { value: 2, revision });
  assert.equal(world.counts(), "GET GET");
  say({ user: "ada", name: null, revision: world.change("profile", undefined) });
  await shows(profile, { state: "missing", value: null });
  const again = world.change("profile", 3);
  say({ user: "ada", name: "profile", revision: again - 1 });
  say({ user: "ada", name: "profile", revision: again });
  await shows(profile, { value: 3 });
  assert.equal(world.counts(), "GET GET GET GET");
});

test("what a page puts it does not read again when it is told of it", async () => {
  const world = new World();
  const { profile } = await open(world);
  await profile.put({ nick: "Ada" });
  assert.deepEqual(profile.get(), { state: "ready", value: { nick: "Ada" }, revision: 1, error: null });
  // Told of it before its own answer has come.
  world.before = ({ method }) => method === "PUT" && void say({ user: "ada", name: "profile", revision: 2 });
  const [one, two] = [profile.put(1), profile.put(2)];
  await Promise.all([one, two]);
  await profile.remove();
  await profile.remove();
  assert.equal(profile.get().state, "missing");
  assert.equal(world.counts(), "GET PUT PUT PUT DELETE");
  assert.deepEqual(world.asked.slice(1).map(({ is, isNot }) => is ?? isNot), ["*", '"1"', '"2"', '"3"']);
});

test("what somebody else has changed is not written over unseen", async () => {
  const world = new World();
  world.change("profile", 1);
  const { profile } = await open(world);
  await shows(profile, { value: 1 });
  world.change("profile", 2);
  await assert.rejects(profile.put(3), { code: "DOCUMENT_CHANGED", status: 412 });
  assert.equal(profile.get().value, 2, "it shows what is there now");
  world.change("profile", undefined);
  await assert.rejects(profile.put(3), { code: "DOCUMENT_CHANGED" });
  assert.equal(profile.get().state, "missing");
  await profile.put(3);
  world.change("profile", undefined);
  await profile.remove();
  assert.equal(profile.get().state, "missing");
});

test("an update is made anew on top of what others have made of it, a few times", async () => {
  const world = new World();
  const { profile } = await open(world, "counter");
  const count = (value) => (value ?? 0) + 1;
  let others = 2;
  world.before = ({ method }) => method === "PUT" && others-- > 0 && void world.change("counter", (world.documents.get("counter")?.value ?? 0) + 10);
  assert.equal(await profile.update(count), 21);
  assert.equal(await profile.update(() => undefined), 21, "left as it is");
  const many = await Promise.all([profile.update(count), profile.update(count), profile.update(count)]);
  assert.deepEqual(many, [22, 23, 24]);
  world.before = ({ method }) => method === "PUT" && void world.change("counter", 0);
  const before = world.asked.filter(({ method }) => method === "PUT").length;
  await assert.rejects(profile.update(count), { code: "DOCUMENT_CHANGED", status: 412 });
  assert.equal(world.asked.filter(({ method }) => method === "PUT").length - before, 5);
});

test("nothing of one person is seen or written by the next", async () => {
  const world = new World();
  world.change("profile", "Ada's");
  const { documents, profile } = await open(world);
  await shows(profile, { value: "Ada's" });
  const other = documents.open("account");
  await shows(other, { state: "missing" });
  const seen = [];
  profile.listen(() => seen.push(profile.get().state, other.get().state));
  let answer;
  world.before = () => new Promise((resolve) => (answer = resolve));
  const late = profile.put("late");
  const queued = profile.put("queued");
  await new Promise((resolve) => setImmediate(resolve));
  world.become(null);
  assert.deepEqual([profile.get().state, profile.get().value], ["initial", null]);
  answer([200, { revision: 9 }]);
  await assert.rejects(late, { code: "ended" });
  await assert.rejects(queued, { code: "ended" });
  await assert.rejects(profile.put("nobody's"), { code: "ended" });
  world.before = null;
  world.documents.clear();
  world.become("eve", "rehydrating");
  assert.equal(profile.get().state, "loading");
  assert.equal(world.counts(), "GET GET PUT", "nothing is asked before the server has confirmed who it is");
  world.become("eve");
  await shows(profile, { state: "missing" });
  assert.equal(world.asked.at(-1).user, "eve");
  assert.deepEqual(seen.slice(0, 4), ["initial", "initial", "loading", "loading"]);
});

test("what a page asks for before the session is known waits, and is of whoever it is then", async () => {
  for (const who of ["ada", null]) {
    const world = new World();
    world.begin();
    const { profile } = await open(world);
    const states = [];
    profile.subscribe(({ state }) => states.push(state));
    const writes = [profile.put("one"), profile.update((value) => `${value} and two`)];
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([world.counts(), states], ["", ["loading"]], "nothing is asked, and nobody is told to be nobody");
    world.become(who);
    if (who) {
      await Promise.all(writes);
      assert.equal(world.documents.get("profile").value, "one and two", "in the order in which they were asked for");
      assert.ok(world.asked.every(({ user }) => user === who));
    } else {
      for (const write of writes) await assert.rejects(write, { code: "ended" });
      assert.deepEqual([world.counts(), states.at(-1)], ["", "initial"]);
    }
  }
  const world = new World();
  world.begin();
  const { documents, profile } = await open(world);
  const write = profile.put("one");
  documents.close();
  await assert.rejects(write, { code: "ended" }, "whoever stops following waits for nobody");
});

test("where somebody else has signed in unnoticed the session is asked, and nothing is changed", async () => {
  const world = new World();
  const { profile } = await open(world);
  await shows(profile, { state: "missing" });
  world.before = () => [409, { code: "OTHER_PERSON", message: "Somebody else is signed in" }];
  await assert.rejects(profile.put(1), { code: "OTHER_PERSON", status: 409 });
  assert.equal(world.refreshes, 1);
});

test("what could not be read is an error until it can be, and what was read stays", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  const world = new World();
  world.change("profile", 1);
  world.before = () => [503, { code: "SERVICE_UNAVAILABLE", message: "later" }];
  const { profile } = await open(world);
  profile.listen(() => {
    throw new Error("a listener's mistake");
  });
  const view = await shows(profile, { state: "error", value: null });
  assert.deepEqual(view.error, { code: "SERVICE_UNAVAILABLE", message: "later", status: 503 });
  assert.equal(reported.length, 1);
  world.become("ada");
  assert.equal(world.asked.length, 1, "not at once");
  t.mock.timers.tick(5000);
  world.before = null;
  world.become("ada");
  await shows(profile, { state: "ready", value: 1, error: null });
  world.before = () => {
    throw new TypeError("no network");
  };
  t.mock.timers.tick(5000);
  page.dispatchEvent(new Event("focus"));
  await shows(profile, { state: "ready", value: 1, error: { code: "unreachable", message: "no network" } });
});

test("a look at the page reads what was read a while ago, without its content where that is the same", async (t) => {
  t.mock.timers.enable({ apis: ["Date"], now: 1_000_000 });
  const world = new World();
  world.change("profile", 1);
  const { profile } = await open(world);
  await shows(profile, { state: "ready" });
  document.dispatchEvent(new Event("visibilitychange"));
  assert.equal(world.asked.length, 1);
  t.mock.timers.tick(5000);
  document.dispatchEvent(new Event("visibilitychange"));
  page.dispatchEvent(new Event("focus"));
  await profile.update(() => undefined);
  assert.equal(world.counts(), "GET GET");
  assert.equal(world.asked[1].isNot, '"1"');
  const revision = world.change("profile", 2);
  page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await shows(profile, { value: 2, revision });
});

test("the list names documents, and a refusal is thrown with the server's code", async () => {
  const world = new World();
  const { documents } = await open(world);
  world.before = ({ name }) => name === "" && [200, { documents: [{ name: "profile", revision: 1 }] }];
  assert.deepEqual(await documents.list(), [{ name: "profile", revision: 1 }]);
  world.before = () => [502, "<html>"];
  await assert.rejects(documents.list(), { code: "HTTP_502", message: "", status: 502 });
});

test("a list and a change that get no answer are rejected as unreachable, as a read is shown", async () => {
  const world = new World();
  const { documents, profile } = await open(world);
  await shows(profile, { state: "missing" });
  world.before = () => {
    throw new TypeError("no network");
  };
  for (const call of [documents.list(), profile.put(1), profile.update(() => 1)]) {
    await assert.rejects(call, { code: "unreachable", message: "no network" });
  }
});

test("a list that is asked for before anybody knows whose it is waits for that", async () => {
  const world = new World();
  world.begin();
  const { documents } = await open(world);
  world.before = ({ name }) => name === "" && [200, { documents: [] }];
  const list = documents.list();
  world.become("ada");
  assert.deepEqual(await list, []);
  const lists = () => world.asked.filter(({ name }) => name === "").map(({ user }) => user);
  assert.deepEqual(lists(), ["ada"]);
  world.become(null);
  await assert.rejects(documents.list(), { code: "ended" });
  assert.deepEqual([lists(), world.refreshes], [["ada"], 0]);
});

test("a page that is loaded again shows at once what the tab held, and asks whether it is still so (SS-4)", async () => {
  const world = new World();
  world.change("profile", { nick: "Ada" });
  const before = await open(world);
  await shows(before.profile, { value: { nick: "Ada" } });
  await before.profile.put({ nick: "Countess" });
  before.documents.close();
  world.become("ada", "rehydrating");
  world.asked = [];
  const { documents, profile } = await open(world);
  assert.deepEqual(profile.get(), { state: "ready", value: { nick: "Countess" }, revision: 2, error: null });
  assert.equal(documents.open("constructor").get().state, "loading");
  assert.equal(world.counts(), "", "nothing is asked before the server has confirmed who it is");
  world.become("ada");
  await shows(documents.open("constructor"), { state: "missing" });
  await shows(profile, { revision: 2 });
  assert.deepEqual(world.asked.map(({ name, isNot }) => [name, isNot]), [["profile", '"2"'], ["constructor", undefined]]);
});

test("what is remembered is not written over what somebody else has made of it", async () => {
  const world = new World();
  world.change("profile", 1);
  const before = await open(world);
  await shows(before.profile, { value: 1 });
  before.documents.close();
  world.change("profile", 2);
  const { profile } = await open(world);
  assert.equal(profile.get().value, 1);
  await assert.rejects(profile.put(3), { code: "DOCUMENT_CHANGED" });
  assert.equal(profile.get().value, 2);
  assert.equal(await profile.update((value) => value + 1), 3);
});

test("what a tab remembers is forgotten at a sign-out, and by whoever signs in after it", async () => {
  for (const next of [null, "eve"]) {
    const world = new World();
    world.change("profile", "Ada's");
    const before = await open(world);
    await shows(before.profile, { value: "Ada's" });
    before.documents.close();
    assert.deepEqual(Object.keys(sessionStorage), ["stayd.documents./api/auth/profile"]);
    world.become(next, next ? "rehydrating" : "anonymous");
    const { profile } = await open(world);
    assert.equal(profile.get().value, null);
    assert.deepEqual(Object.keys(sessionStorage), []);
  }
});

test("of a document that was removed, or does not fit, nothing is remembered", async () => {
  const world = new World();
  const { profile } = await open(world);
  await profile.put(1);
  assert.equal(sessionStorage.getItem("stayd.documents./api/auth/profile"), JSON.stringify({ owner: "ada", value: 1, revision: 1 }));
  await profile.put("x".repeat(ROOM));
  assert.deepEqual(Object.keys(sessionStorage), []);
  await profile.put(2);
  await profile.remove();
  assert.deepEqual(Object.keys(sessionStorage), []);
});

test("what is stored and is not ours is not shown, and a page that wants nothing remembered stores nothing", async () => {
  const world = new World();
  const { createDocuments } = await source("documents");
  for (const text of ["{", "null", "1", '{"owner":"eve","value":1,"revision":1}', '{"owner":"ada","value":1,"revision":"1"}']) {
    sessionStorage.setItem("stayd.documents./api/auth/profile", text);
    sessionStorage.setItem("theirs", text);
    const documents = createDocuments(world);
    opened.push(documents);
    assert.equal(documents.open("profile").get().state, "loading");
    assert.deepEqual(Object.keys(sessionStorage), ["theirs"]);
  }
  const mindful = createDocuments(world);
  opened.push(mindful);
  await mindful.open("account").put(1);
  assert.equal(Object.keys(sessionStorage).length, 2);
  const forgetful = createDocuments(world, { remember: false });
  opened.push(forgetful);
  await forgetful.open("account").update((value) => value + 1);
  assert.deepEqual(Object.keys(sessionStorage), ["theirs"]);
});

test("another server's document of the same name is another document", async () => {
  const world = new World();
  const { documents, profile } = await open(world);
  await profile.put(1);
  documents.close();
  const { createDocuments } = await source("documents");
  const elsewhere = createDocuments(world, { url: "/other" });
  opened.push(elsewhere);
  assert.equal(elsewhere.open("profile").get().state, "loading");
});

test("the entry is no larger than 2.5 KB", async () => {
  const bytes = gzipSync(await readFile(new URL("../dist/documents.js", import.meta.url)), { level: 9 }).length;
  assert.ok(bytes <= 2.5 * 1024, `${bytes} bytes`);
});
