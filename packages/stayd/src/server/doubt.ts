import type { Told } from "./ask.ts";

/**
 * How long a span is in which so many questions are asked at most, in ms, about cookies that do not verify. They come from
 * strangers, who must not be able to have the server asked at will; and yet a wrong secret here is to be noticed, although a
 * stranger asks at the same time.
 */
const SPAN = 10_000;
const QUESTIONS = 5;

/** Finds out, by asking the server now and then, whether cookies that none of the secrets made are strangers' or the secret is wrong. */
export function createDoubts(now: () => number, wrongSecret: () => void) {
  let endsAt = -Infinity;
  let wrong = false;
  let asked = new Map<string, Promise<Told>>();

  const question = async (ask: () => Promise<Told>): Promise<Told> => {
    const told = await ask();
    if (told.data && !wrong) {
      wrong = true;
      wrongSecret();
    }
    return told;
  };

  return {
    /**
     * What the server says of the cookie, `undefined` for a stranger's. Whoever comes while a question is under way waits for what
     * it brings: if it shows that the secret is wrong, `ask` is called for every one of them.
     */
    async about(cookie: string, ask: () => Promise<Told>): Promise<Told | undefined> {
      if (wrong) return ask();
      if (now() >= endsAt) [asked, endsAt] = [new Map(), now() + SPAN];
      const mine = asked.has(cookie) || asked.size >= QUESTIONS ? undefined : question(ask);
      if (mine) asked.set(cookie, mine);
      const told = await mine;
      if (!told?.data) await Promise.all(asked.values());
      return wrong ? (told ?? ask()) : undefined;
    },
  };
}
