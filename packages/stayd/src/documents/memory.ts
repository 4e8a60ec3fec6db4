/** A document as it was last known. */
export interface Known<T = any> {
  value: T;
  revision: number;
}

/**
 * What a tab held of a person's documents when it was loaded last, so that it is there before the server has said anything (SS-4). In its
 * `sessionStorage`, which other tabs do not see.
 */
export interface Memory {
  recall(document: string): Known | null;
  keep(document: string, known: Known | null): void;
  /** Forgets what is of anybody else. */
  belong(person: string | null): void;
}

/** Documents of the server at `url`. Where nothing is to be remembered, what is there is forgotten all the same. */
export function createMemory(name: string, url: string, remember: boolean): Memory {
  const prefix = `${name}.documents.`;
  const keyOf = (document: string): string => `${prefix}${url}/${document}`;
  let owner: string | null = null;

  /** Storage may be denied or full, and hold what is not ours: then nothing is remembered. */
  const attempt = <T>(work: (storage: globalThis.Storage) => T): T | null => {
    try {
      return work(sessionStorage);
    } catch {
      return null;
    }
  };
  const read = (key: string): Known | null =>
    attempt((storage) => {
      const { owner: of, value, revision } = JSON.parse(storage.getItem(key)!) as Known & { owner: unknown };
      return of === owner && Number.isSafeInteger(revision) ? { value, revision } : null;
    });

  return {
    recall: (document) => (remember ? read(keyOf(document)) : null),
    keep(document, known) {
      if (!remember) return;
      const key = keyOf(document);
      attempt((storage) => {
        // Where there is no room for the new content, the old one is none to begin with.
        storage.removeItem(key);
        if (known) storage.setItem(key, JSON.stringify({ owner, value: known.value, revision: known.revision }));
      });
    },
    belong(person) {
      owner = person;
      attempt((storage) => {
        for (const key of Object.keys(storage)) if (key.startsWith(prefix) && !(remember && read(key))) storage.removeItem(key);
      });
    },
  };
}
