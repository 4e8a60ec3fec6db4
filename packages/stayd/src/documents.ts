// The entry `stayd/documents`: a person's documents as stores, which follow what other tabs and devices do to them.
import type { AnySession } from "./adapters/session.ts";
import { refusal } from "./ask.ts";
import { type Ask, createAsk } from "./documents/ask.ts";
import { type Changed, listenForChanges } from "./documents/changes.ts";
import { createMemory } from "./documents/memory.ts";
import { type DocumentStore, type Handle, type Person, createStore } from "./documents/store.ts";

export type { Content, DocumentStore, DocumentView } from "./documents/store.ts";

/** What a list says of a document. */
export interface DocumentEntry {
  name: string;
  /** Its last change; it grows with each. */
  revision: number;
  updatedAt: string;
}

/** The documents of whoever is signed in. */
export interface Documents {
  /** A document as a store, the same one for the same name. It may be missing; that is a state. */
  open<T = unknown>(name: string): DocumentStore<T>;
  /** What there is. Throws a `SessionError`. */
  list(): Promise<DocumentEntry[]>;
  /** Stops following; the stores stay as they are, and what waits to learn who is signed in is rejected with `ended`. */
  close(): void;
}

export interface DocumentsOptions {
  /** Where the server is mounted: a path, or an address. Default `/api/auth`. */
  url?: string;
  /** The session's own `name`, by which its tabs find each other. Default `stayd`; also the prefix of the storage keys. */
  name?: string;
  /** Whether a tab that is loaded again shows at once what it held, before the server has said anything. Default `true`. */
  remember?: boolean;
}

/**
 * The documents of whoever is signed in. With `connectPush` on the page a change elsewhere arrives by itself; without it, when somebody looks
 * at the page again. At a sign-out, and when somebody else signs in, the stores hold nothing at once.
 */
export function createDocuments(
  session: AnySession,
  { url = "/api/auth", name = "stayd", remember = true }: DocumentsOptions = {},
): Documents {
  // A page that is being rendered on a server follows nobody, and waits for nobody.
  const browser = typeof document !== "undefined";
  const ask: Ask = createAsk(session, `${url}/documents`);
  const memory = browser ? createMemory(name, url, remember) : null;
  const all = new Map<string, Handle<any>>();
  let owner: Person;
  let release!: () => void;
  const named = new Promise<void>((resolve) => (release = resolve));

  /** Whoever listens to one store is to find nothing of somebody else's in any. Answers when it is known whose they are. */
  const check = (): Promise<void> => {
    const { data, isPending } = session.get();
    const person = data?.user.id ?? (isPending && browser ? undefined : null);
    if (person !== owner) {
      owner = person;
      if (person !== undefined) memory?.belong(person);
      release();
      const tell = [...all.values()].map((one) => one.belong(person));
      tell.forEach((told) => told());
    }
    return named;
  };
  const follow = (): void => {
    void check();
    for (const one of all.values()) one.wake();
  };
  const changed = ({ user, name, revision }: Changed): void => {
    if (user !== owner) return;
    for (const [key, one] of all) if (name === null || name === key) one.hear(revision);
  };

  const stops = browser ? [session.listen(follow), listenForChanges(name, changed, (age) => all.forEach((one) => one.look(age)))] : [];
  void check();

  return {
    open<T>(name: string): DocumentStore<T> {
      let one: Handle<T> | undefined = all.get(name);
      if (!one) {
        one = createStore<T>(ask, name, check, () => browser && session.get().identity === "active", memory);
        all.set(name, one);
        void check();
        one.belong(owner);
        one.wake();
      }
      return one.store;
    },
    async list() {
      await check();
      if (!owner) throw refusal("ended", "Session: ended");
      return ((await ask("", owner)).body as { documents: DocumentEntry[] }).documents;
    },
    close() {
      stops.forEach((stop) => stop());
      release();
    },
  };
}
