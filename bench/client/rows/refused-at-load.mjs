import { setTimeout as wait } from "node:timers/promises";
import { becomes, openTab, settled, signIn, stateOf } from "../browser.mjs";
import { round } from "../numbers.mjs";
import { measured } from "../outcome.mjs";

/** How long a page is watched while the server refuses. */
const WATCHED = 6000;

export default {
  name: "refused-at-load",
  title: "expired token, server answers 503 / 429 at load: said after 6 s (known after, ms; requests), and of a page opened later",
  async measure(bench) {
    const unavailable = await refusedWith(bench, { status: 503, headers: {} });
    const limited = await refusedWith(bench, { status: 429, headers: { "retry-after": "30", "x-retry-after": "30" } });
    return measured(`${words(unavailable)} / ${words(limited)}`, { unavailable, limited });
  },
};

async function refusedWith({ peer, site, server, person }, fault) {
  return person(async (context) => {
    const page = await openTab(context, site);
    if (server.tokens) server.tokens.lifetime = peer.expired ?? 3600;
    await signIn(page);
    await settled(site, 100);
    await page.goto(`${site.origin}/blank`);
    if (server.tokens) server.tokens.lifetime = 3600;
    await wait(peer.expiredAfter ?? 0);

    site.reset();
    site.fault = fault;
    try {
      await page.goto(`${site.origin}/app`);
      await page.waitForFunction(() => globalThis.bench?.created);
      await wait(WATCHED);
      const { status } = await stateOf(page);
      const { log, created } = await page.evaluate(() => ({ log: bench.log, created: bench.createdAt }));
      const known = log.find((entry) => entry.status !== "unknown");
      const requests = site.count();
      site.fault = null;
      await page.goto(`${site.origin}/app`);
      const later = await becomes(page, "in", 6000);
      return { status, knownMs: known ? known.at - created : null, requests, later: later ? "in" : "out" };
    } finally {
      site.fault = null;
    }
  });
}

const words = ({ status, knownMs, requests, later }) =>
  `${status} (${knownMs === null ? "not known" : round(knownMs)}; ${requests}), then ${later}`;
