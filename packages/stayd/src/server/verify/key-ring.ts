// The server's keys: fetched when they are needed, and at most once a minute for a key that is not known.
import { type TokenKey, type TokenKeys, publicKeys, sharedKeys } from "./keys.ts";

/** In ms: how often an unknown key has the keys fetched, the same where none could be fetched yet, and how often they are fetched anyway. */
const [REFETCH, FIRST_FETCH, REFRESH] = [60_000, 1_000, 300_000];

export interface KeyRingOptions {
  issuer: string;
  secrets: readonly string[];
  /** A clock that nobody sets, in ms. */
  steady: () => number;
  /** The server's JWKS. Throws when it cannot be had. */
  fetchJwks(): Promise<unknown>;
  /** One of the keys is gone: what it signed is not to be remembered as genuine. */
  onWithdrawn(): void;
}

export function createKeyRing({ issuer, secrets, steady, fetchJwks, onWithdrawn }: KeyRingOptions) {
  const shared = sharedKeys(secrets, issuer);
  let keys: TokenKeys | undefined;
  let [triedAt, succeeded] = [-Infinity, false];
  let fetching: Promise<void> | undefined;

  const fetchNow = async (): Promise<void> => {
    triedAt = steady();
    const found = publicKeys(await fetchJwks());
    if (!found) throw new Error("what came is no JWKS");
    const next = new Map<string, TokenKey>([...(await shared), ...found]);
    const isGone = [...(keys?.keys() ?? [])].some((id) => !next.has(id));
    keys = next;
    succeeded = true;
    if (isGone) onWithdrawn();
  };
  const fetchOnce = (): Promise<void> => (fetching ??= fetchNow().finally(() => (fetching = undefined)));

  return {
    async current(): Promise<TokenKeys> {
      // A key that was withdrawn is honoured until then.
      if (succeeded && steady() - triedAt >= REFRESH) fetchOnce().catch(() => undefined);
      return keys ?? (await shared);
    },
    /** Looks for a key that is not known. Throws where it cannot be said whether there is one. */
    async look(): Promise<void> {
      if (!fetching && steady() - triedAt < (succeeded ? REFETCH : FIRST_FETCH)) {
        if (!succeeded) throw new Error("the server's keys could not be fetched");
        return;
      }
      await fetchOnce();
    },
  };
}
