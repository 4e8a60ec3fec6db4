import { refusal } from "../ask.ts";
import type { SessionError } from "../backend.ts";
import type { Derived } from "../derived.ts";
import type { Ask } from "./ask.ts";
import type { Known, Memory } from "./memory.ts";

/** A document as a page sees it. A new object whenever something in it changes. */
export type DocumentView<T> = Content<T> & {
  /** Why it could not be read last time. What was read before stays. */
  readonly error: SessionError | null;
};

/** `initial`: nobody is signed in. `missing`: there is none. `error`: it could not be read, and nothing is known of it. */
export type Content<T> =
  | { readonly state: "ready"; readonly value: T; /** Its last change. */ readonly revision: number }
  | { readonly state: "initial" | "loading" | "missing" | "error"; readonly value: null; readonly revision: 0 };

/** A document: a store as Svelte and nanostores know it. What changes it throws a `SessionError`: `unreachable` where no answer came. */
export interface DocumentStore<T> extends Derived<DocumentView<T>> {
  /** Gives it this content, if it is as this page shows it; else throws with the code `DOCUMENT_CHANGED`. */
  put(value: T): Promise<void>;
  /**
   * Gives it the content that `change` makes of the present one (`null` where it is missing). Where somebody else changes it meanwhile, `change` is
   * called again with what they have made of it. `undefined` leaves it as it is. Answers with what it holds then.
   */
  update(change: (value: T | null) => T | undefined): Promise<T | null>;
  /** Removes it, if it is as this page shows it. */
  remove(): Promise<void>;
}

/** Whose documents they are: nobody's (`null`), or of somebody whom the session has yet to name. */
export type Person = string | null | undefined;

/** A store and what moves it. */
export interface Handle<T> {
  store: DocumentStore<T>;
  /** It is a document of this person from here on, of whom no more is known than what this tab remembers. The answer tells the listeners. */
  belong(person: Person): () => void;
  /** Reads it, if it has not been read yet, or could not be a while ago. */
  wake(): void;
  /** Reads it, if that was tried longer ago than so many ms. */
  look(age: number): void;
  /** It may have changed, with this revision. */
  hear(revision: number): void;
}

/** How often a change is made anew because somebody else was faster. */
const ATTEMPTS = 5;
/** How long after a failure it may be tried again, in ms. */
const PAUSE = 5000;

const changed = (): Error => refusal("DOCUMENT_CHANGED", "The document has changed", 412);
const unknown = (person: Person) =>
  Object.freeze({ state: person === null ? "initial" : "loading", value: null, revision: 0, error: null } as const);

export function createStore<T>(
  ask: Ask,
  name: string,
  check: () => Promise<void>,
  mayAsk: () => boolean,
  memory: Memory | null,
): Handle<T> {
  const listeners = new Set<(view: DocumentView<T>) => void>();
  const path = `/${encodeURIComponent(name)}`;
  let view: DocumentView<T> = unknown(undefined);
  let owner: Person;
  /** Another object for each person: what was begun for the one before is dropped. */
  let life = {};
  /** Up to which change all is known, and of which there is news. */
  let known = -1;
  let heard = 0;
  /** When a read was last begun. */
  let triedAt = 0;
  /** Whether the last change was made here: what was asked for while it was under way comes on top of it. */
  let isOwn = false;
  let tail: Promise<unknown> = Promise.resolve();
  let reading = false;

  const tell = (): void => {
    for (const listener of [...listeners]) {
      try {
        listener(view);
      } catch (thrown) {
        // A listener's mistake is its own: the others are called.
        globalThis.reportError?.(thrown);
      }
    }
  };
  const show = (next: DocumentView<T>): void => {
    view = Object.freeze(next);
    tell();
  };
  /** How it stands, up to the change `upTo`. */
  const has = (document: Known<T> | null, upTo: number, byUs: boolean): void => {
    const [state, revision] = document ? (["ready", document.revision] as const) : (["missing", 0] as const);
    known = Math.max(known, revision, upTo);
    if (view.state === state && view.revision === revision && !view.error) return;
    isOwn = byUs || (isOwn && view.revision === revision);
    memory?.keep(name, document);
    show({ state, value: document ? document.value : null, revision, error: null } as DocumentView<T>);
  };

  /** One thing after the other, for the person of now, or whom the session names first, or not at all. */
  const inTurn = <R>(task: (alive: () => void) => Promise<R>): Promise<R> => {
    const mine = life;
    const alive = (): void => {
      void check();
      if (mine !== life || !owner) throw refusal("ended", "Session: ended");
    };
    const turn = tail.then(check).then(() => {
      alive();
      return task(alive);
    });
    tail = turn.catch(() => {});
    return turn;
  };

  const read = async (alive: () => void): Promise<void> => {
    const news = heard;
    triedAt = Date.now();
    const init = view.state === "ready" ? { headers: { "if-none-match": `"${view.revision}"` } } : {};
    const { status, body } = await ask(path, owner!, init, [304, 404]);
    alive();
    has(status === 404 ? null : ((status === 304 ? view : body) as Known<T>), news, false);
  };

  const reload = (age: number): void => {
    if (reading || !mayAsk()) return;
    reading = true;
    const mine = life;
    void inTurn(async (alive) => {
      reading = false;
      if (known < heard || Date.now() - triedAt >= age) await read(alive);
    }).catch((error: SessionError) => {
      if (mine !== life) return;
      const { code = "unreachable", message, status } = error;
      const state = view.state === "loading" ? "error" : view.state;
      show({ ...view, state, error: { code, message, ...(status && { status }) } } as DocumentView<T>);
    });
  };

  /** Writes over the change `expected` (0: over nothing). Answers whether it was still the last one. */
  const write = async (alive: () => void, expected: number, value?: { value: T }): Promise<boolean> => {
    const condition = expected ? { "if-match": `"${expected}"` } : { "if-none-match": "*" };
    const init = value
      ? { method: "PUT", headers: { ...condition, "content-type": "application/json" }, body: JSON.stringify(value) }
      : { method: "DELETE", headers: condition };
    const { status, body } = await ask(path, owner!, init, [412]);
    alive();
    if (status === 412) return false;
    const { revision } = body as { revision: number };
    has(value ? { ...value, revision } : null, revision, true);
    return true;
  };

  /** Writes what a page asked for that showed `shown`. */
  const writeOver = (shown: DocumentView<T>, value?: { value: T }): Promise<void> =>
    inTurn(async (alive) => {
      if (known < 0) await read(alive);
      const isShown = shown.state === "ready" || shown.state === "missing";
      const expected = isShown && !isOwn ? shown.revision : view.revision;
      if (!value && !expected) return;
      if (await write(alive, expected, value)) return;
      await read(alive);
      if (!value && view.state === "missing") return;
      throw changed();
    });

  const get = (): DocumentView<T> => {
    void check();
    return view;
  };
  const listen = (listener: (view: DocumentView<T>) => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };

  return {
    store: {
      get,
      get value() {
        return get();
      },
      listen,
      subscribe(listener) {
        const stop = listen(listener);
        listener(get());
        return stop;
      },
      put: (value) => writeOver(get(), { value }),
      remove: () => writeOver(get()),
      update: (change) =>
        inTurn(async (alive) => {
          if (known < 0) await read(alive);
          for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
            const value = change(view.value);
            if (value === undefined || (await write(alive, view.revision, { value }))) return view.value;
            await read(alive);
          }
          throw changed();
        }),
    },
    belong(person) {
      // What was asked for before anybody was named is the named one's.
      if (owner !== undefined) [life, tail] = [{}, Promise.resolve()];
      [owner, known, heard, triedAt, isOwn, reading] = [person, -1, 0, 0, false, false];
      const before: Known<T> | null | undefined = person ? memory?.recall(name) : null;
      view = before ? Object.freeze({ state: "ready", ...before, error: null }) : unknown(person);
      return tell;
    },
    wake() {
      if ((known < 0 || view.error) && Date.now() - triedAt >= PAUSE) reload(PAUSE);
    },
    look(age) {
      if (Date.now() - triedAt >= age) reload(age);
    },
    hear(revision) {
      heard = Math.max(heard, revision);
      if (heard > known) reload(Infinity);
    },
  };
}
