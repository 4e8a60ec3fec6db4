import { setTimeout as wait } from "node:timers/promises";
import { becomes, isIn, openTab, settled, signIn, stateOf, within } from "../browser.mjs";
import { whileBusy } from "../busy.mjs";
import { median, sum } from "../numbers.mjs";
import { doesNotApply, measured } from "../outcome.mjs";
import { GRACE, STRICT } from "../servers/late-reuse.mjs";

const TABS = 5;
/** Server delays in milliseconds, and the share of the rounds that each has. */
const DELAYS = [[0, 0.4], [20, 0.35], [200, 0.2], [2000, 0.05]];
/** The longest that the tabs are given to come to a state, beyond one server delay for each. */
const PATIENCE = 5000;

export default {
  name: "restored-expired",
  title: "5 tabs restored with an expired record, strict single-use server: renewals asked for (least to most), sessions lost, tabs not in",
  env: STRICT,
  async measure(bench) {
    if (!bench.peer.renews) return doesNotApply("its cookie is not traded for another");
    const rounds = [];
    await bench.person(async (context) => {
      const seed = await openTab(context, bench.site);
      const tabs = [];
      for (let tab = 0; tab < TABS; tab += 1) tabs.push(await context.newPage());
      const half = async (busy) => {
        for (const [delay, share] of DELAYS) {
          const count = Math.max(1, Math.round((bench.times(bench.peer.rounds ?? 40, 8) * share) / 2));
          for (let done = 0; done < count; done += 1) rounds.push({ busy, delay, ...(await round(bench, seed, tabs, delay)) });
        }
      };
      await half(false);
      await whileBusy(3000, () => half(true));
    });
    return summary(rounds);
  },
};

async function round({ peer, site, server }, seed, tabs, delay) {
  await Promise.all([seed, ...tabs].map((page) => page.goto(`${site.origin}/blank`)));
  await seed.goto(`${site.origin}/app`);
  await seed.waitForFunction(() => globalThis.bench?.created);
  if (server.tokens) server.tokens.lifetime = peer.expired;
  await signIn(seed);
  await settled(site, 100);
  await seed.goto(`${site.origin}/blank`);
  if (server.tokens) server.tokens.lifetime = 3600;
  if (peer.age) {
    await peer.age(seed);
    // A token that is younger than the grace would not be replaced, and could be used twice for nothing.
    await settled(site, GRACE + 100);
  } else await wait(peer.expiredAfter ?? 0);
  server.arm?.();

  site.reset();
  site.delay = delay;
  await restore(site, peer, tabs);
  const decided = () => Promise.all(tabs.map(stateOf)).then((all) => all.every(isDecided));
  await within(PATIENCE + TABS * delay, decided);
  await settled(site, 150);
  await server.disarm?.();
  const states = await Promise.all(tabs.map(stateOf));
  const requests = site.count(peer.renewal);
  site.delay = 0;

  // Lost is what a person would call lost: a page opened now is signed out, or the server refuses its call.
  await seed.goto(`${site.origin}/app`);
  const kept = (await becomes(seed, "in", PATIENCE)) && (await seed.evaluate(() => bench.call().catch(String))) === 200;
  return { requests, lost: !kept, out: states.filter((state) => !isIn(state)).length };
}

/** Loads the page in all tabs. No renewal is answered before each of them has read what is stored: the last to do so would find it renewed. */
async function restore(site, peer, tabs) {
  const until = Promise.all(
    tabs.map(async (page) => {
      await page.goto(`${site.origin}/app`);
      await page.waitForFunction(() => globalThis.bench?.created);
    }),
  );
  site.hold = { part: peer.renewal, until: until.catch(() => null) };
  try {
    await until;
  } finally {
    site.hold = null;
  }
}

const isDecided = (state) => state.status !== "unknown" && (state.status !== "in" || isIn(state));

function summary(rounds) {
  const requests = rounds.map((one) => one.requests);
  const lost = sum(rounds.map((one) => Number(one.lost)));
  const out = sum(rounds.map((one) => one.out));
  const asked = `${median(requests)} (${Math.min(...requests)} to ${Math.max(...requests)})`;
  return measured(`${asked}, lost ${lost} of ${rounds.length}, ${out} of ${rounds.length * TABS} tabs`, {
    medianRequests: median(requests),
    fewestRequests: Math.min(...requests),
    mostRequests: Math.max(...requests),
    lost,
    tabsNotIn: out,
    rounds: rounds.length,
    lostWhileBusy: sum(rounds.map((one) => Number(one.busy && one.lost))),
    byDelay: Object.fromEntries(DELAYS.map(([delay]) => [delay, requestsAt(rounds, delay)])),
  });
}

const requestsAt = (rounds, delay) => median(rounds.filter((one) => one.delay === delay).map((one) => one.requests));
