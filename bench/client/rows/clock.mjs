import { setTimeout as wait } from "node:timers/promises";
import { openTab, signIn } from "../browser.mjs";
import { measured } from "../outcome.mjs";

/** A page is watched this long, with a call of the application each second: one renewal falls within, and the end of what was not renewed. */
const SECONDS = 26;
/** Seconds after which a renewal is due. Ours is, when four fifths of the session's life are over. */
const DUE = 16;
const LIFE = 20;
const HOUR = 3_600_000;

export default {
  name: "clock",
  waits: true,
  title: `requests in ${SECONDS} s, a call each second, a renewal due after ${DUE} s: clock right / 1 h fast / 1 h slow (calls refused)`,
  env: { STAYD_SESSION_EXPIRES_IN: `${LIFE}s`, STAYD_SESSION_UPDATE_AGE: "0" },
  async measure(bench) {
    // Side by side, for it is only waiting.
    const [right, fast, slow] = await Promise.all([0, HOUR, -HOUR].map((skew) => watched(bench, skew)));
    const words = [right, fast, slow].map(({ requests, refused }) => `${requests}${refused ? ` (${refused})` : ""}`);
    return measured(words.join(" / "), { right, fast, slow });
  },
};

async function watched({ peer, person, times, origin }, skew) {
  const { site, server, close } = await origin();
  try {
    return await person(async (context) => {
      await context.addInitScript(shiftClock, skew);
      const page = await openTab(context, site);
      if (server.tokens) server.tokens.lifetime = (peer.margin ?? 0) + DUE;
      await signIn(page);
      site.reset();
      let refused = 0;
      for (let second = 0; second < times(SECONDS, LIFE + 2); second += 1) {
        const status = await page.evaluate(() => bench.call().catch(() => -1));
        if (status !== 200) refused += 1;
        await wait(1000);
      }
      return { requests: site.requests.length - site.count("/api/me"), refused };
    });
  } finally {
    await close();
  }
}

/** Runs in the page: a clock that is wrong by `skew` milliseconds. Durations are right, as on a real machine. */
export function shiftClock(skew) {
  const Right = Date;
  globalThis.Date = class extends Right {
    constructor(...given) {
      super(...(given.length === 0 ? [Right.now() + skew] : given));
    }
    static now() {
      return Right.now() + skew;
    }
  };
}
