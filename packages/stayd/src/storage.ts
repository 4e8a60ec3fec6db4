import { unsureUntil, within } from "./clock.ts";
import { RECORD_LEN } from "./codes.ts";
import type { SessionData } from "./backend.ts";
import type { Stored } from "./brain.ts";

/** A record with what pages show of its session, and the wall clock's time at which it was written. */
interface Entry {
  at: number;
  /** Numbers where it was JSON. */
  record: Uint8Array | number[];
  data: string | null;
}

/**
 * Where the browser remembers. IndexedDB decides, for it alone is coherent between tabs under a lock; localStorage gives the
 * first value before anything can be awaited. Either may be missing or throw.
 */
export interface Storage {
  /** What localStorage remembers; at once. It may be late: what decides is told to `learn` in a moment. */
  hint(learn: (decides: Stored | null) => void): Stored | null;
  /** What decides. */
  read(): Promise<Stored | null>;
  /** Writes, but never over something newer: then that is the answer. */
  write(record: Uint8Array, data: string | null): Promise<Stored | null>;
  /** Resolves when what was to be written is written. */
  idle(): Promise<unknown>;
  /** A turn for browsers without Web Locks: whether the holder has it, for {@link LEASE} ms; or gives it up. */
  lease(holder: number, wanted: boolean): Promise<boolean>;
  close(): void;
}

const STORE = "records";

/** How long a database takes to open, and a transaction to end, in ms: one that never does would keep every turn. */
const PATIENCE = 5_000;

/** How long a lease lasts after its holder was last seen, in ms: a closed tab gives none back. */
export const LEASE = 3_000;

/** Above what the machine takes for fresh (`FRESH_MS`), in ms. */
const STALE = 5_001;

/** Data that came with an event and may come to be shown. */
export type Candidate = { data: SessionData; text: string } | null;

/** What a text says of a session; anybody on this origin can write one. */
export function candidate(text: string | null | undefined): Candidate {
  try {
    if (!text) return null;
    const data = JSON.parse(text) as SessionData;
    return data.user.id && data.session.id ? { data, text } : null;
  } catch {
    return null;
  }
}

/** A record from storage or from another tab, if it is one. How old it is counts where it was written after `unsure`. */
export function readEntry(value: unknown, unsure = 0): Stored | null {
  const { at, record, data } = (value ?? {}) as Entry;
  const sound = record?.length === RECORD_LEN && at > 0 && (data === null || candidate(data));
  const age = Date.now() - Number(at);
  // What led to this page, a link to sign out perhaps, may have changed the cookie: no word from before it is fresh.
  const least = age > performance.now() ? STALE + performance.now() : 0;
  // The clock was set back since, or may have been: this is nobody's fresh word.
  return sound ? { record: Uint8Array.from(record), data, age: age > -1000 && at > unsure ? Math.max(least, age) : Infinity } : null;
}

export function createStorage(name: string, remember: boolean, missing: (what: string) => void): Storage {
  let database: Promise<IDBDatabase | null> | null;
  let pending: Promise<unknown> = Promise.resolve();

  const open = (): Promise<IDBDatabase | null> =>
    (database ??= within(
      PATIENCE,
      new Promise<IDBDatabase>((resolve, reject) => {
        const request = indexedDB.open("stayd", 1);
        request.onupgradeneeded = () => request.result.createObjectStore(STORE);
        request.onsuccess = () => {
          const db = request.result;
          db.onversionchange = db.onclose = () => {
            db.close();
            database = null;
          };
          resolve(db);
          // Where nobody has waited so long it is no use to anybody.
          void database?.then((known) => known ?? db.close());
        };
        request.onerror = request.onblocked = reject;
      }),
    ).catch(() => {
      missing("indexedDB");
      return null;
    }));

  /** One transaction: `work` gets the value of `key` and may answer another one to put there. */
  const transact = <T>(key: string, mode: IDBTransactionMode, work: (value: unknown) => [T, unknown?], otherwise: T): Promise<T> =>
    open().then((db) =>
      db
        ? within(
            PATIENCE,
            new Promise<T>((resolve, reject) => {
              const transaction = db.transaction(STORE, mode);
              const store = transaction.objectStore(STORE);
              const request = store.get(key);
              request.onsuccess = () => {
                const [answer, next] = work(request.result);
                // What is only read is known now.
                if (next) store.put(next, key);
                else resolve(answer);
                transaction.oncomplete = () => resolve(answer);
              };
              // An error ends in this, too.
              transaction.onabort = reject;
            }),
          ).catch(() => {
            // The browser has closed the database, or lost the transaction: the next call opens it again.
            db.close();
            database = null;
            return otherwise;
          })
        : otherwise,
    );

  const key = `${name}.session`;
  const hint = (): Stored | null => {
    try {
      return readEntry(JSON.parse(localStorage.getItem(key)!), unsureUntil);
    } catch {
      return null;
    }
  };

  const read = async (): Promise<Stored | null> =>
    readEntry(await transact<unknown>(name, "readonly", (value) => [value], null), unsureUntil);

  return {
    hint(learn) {
      void read().then(learn);
      return hint();
    },
    read,
    async write(record, data) {
      const entry: Entry = { at: Date.now(), record, data: remember ? data : null };
      const [epoch, generation] = new Uint32Array(record.buffer);
      // By epoch, then generation, which are a record's first words. Where there is none they are no numbers, and not greater.
      const later = (before: Stored | null): Stored | null => {
        const [itsEpoch, itsGeneration] = new Uint32Array(before?.record.buffer as ArrayBuffer);
        return (itsEpoch! - epoch! || itsGeneration! - generation!) > 0 ? before : null;
      };
      const seen = later(hint());
      try {
        if (!seen) {
          // Where there is no room for this, nobody from before is shown either.
          localStorage.removeItem(key);
          localStorage.setItem(key, JSON.stringify({ ...entry, record: [...record] }));
        }
      } catch {
        missing("localStorage");
      }
      const writing = transact(
        name,
        "readwrite",
        (value) => {
          const found = later(readEntry(value));
          return [found, found ? undefined : entry];
        },
        seen,
      );
      pending = pending.then(() => writing);
      return writing;
    },
    idle: () => pending,
    lease: (holder, wanted) =>
      transact(
        `${name}.turn`,
        "readwrite",
        (value) => {
          const now = Date.now();
          const [holds, until] = (value as [number, number] | undefined) ?? [holder];
          // One that lasts longer was given before the clock was set back.
          const taken = holds !== holder && Math.ceil((until! - now) / LEASE) === 1;
          return taken ? [false] : [true, [holder, wanted ? now + LEASE : 0]];
        },
        true,
      ),
    close() {
      void pending.then(open).then((db) => db?.close());
    },
  };
}
