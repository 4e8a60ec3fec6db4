import { becomes, isIn, openTab, settled, signIn, stateOf, within } from "../browser.mjs";
import { doesNotApply, measured } from "../outcome.mjs";
import { STRICT } from "../servers/late-reuse.mjs";

const TABS = 20;
/** Seconds from a token to its renewal. Ours renews when four fifths of a session's life are over. */
const DUE = 40;
const LIFE = 50;

export default {
  name: "renewal-20",
  title: "20 tabs reach the renewal time together: renewals, tabs that are not in afterwards, calls refused",
  env: { ...STRICT, STAYD_SESSION_EXPIRES_IN: `${LIFE}s` },
  async measure(bench) {
    const { peer, site, server } = bench;
    if (!peer.renews) return doesNotApply("its cookie is not traded for another");
    return bench.person(async (context) => {
      if (server.tokens) server.tokens.lifetime = peer.margin + DUE;
      const tabs = await openAll(context, bench);
      // Ours asks when a tab is opened, which renews: what is awaited follows upon the last of these. Of peers it follows upon the sign-in.
      if (server.tokens?.renewals > 0) throw new Error("the tabs were not open before the renewal was due");
      site.reset();
      const renewed = await within((DUE + 8) * 1000, async () => site.count(peer.renewal) > 0);
      await settled(site, 2000);
      // Who renews only when there is something to send has something to send now, in every tab at once.
      const statuses = await Promise.all(tabs.map((page) => page.evaluate(() => bench.call().catch(String))));
      await settled(site, 1000);
      const renewals = site.count(peer.renewal);
      const refused = statuses.filter((status) => status !== 200).length;
      const out = (await Promise.all(tabs.map(stateOf))).filter((state) => !isIn(state)).length;
      const figures = { renewals, out, refused, tabs: tabs.length, renewedUnasked: renewed !== null };
      return measured(`${renewals}${renewed ? "" : " when called"}, ${out} of ${tabs.length} tabs, ${refused} refused`, figures);
    });
  },
};

/** Tabs in which the person is signed in, and nothing is under way. */
async function openAll(context, { site, times }) {
  const first = await openTab(context, site);
  await signIn(first);
  const others = await Promise.all(Array.from({ length: times(TABS, 6) - 1 }, () => openTab(context, site)));
  const tabs = [first, ...others];
  const shown = await Promise.all(tabs.map((page) => becomes(page, "in", 10_000)));
  if (shown.includes(false)) throw new Error("not every tab has come to show the person");
  await settled(site, 500);
  return tabs;
}
