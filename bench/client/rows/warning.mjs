import { bundlePage } from "../bundle.mjs";
import { becomes, openTab, settled, signIn, within } from "../browser.mjs";
import { median, round } from "../numbers.mjs";
import { doesNotApply, measured, never } from "../outcome.mjs";
import { answeredAt } from "./cross-tab-sign-out.mjs";

const TABS = 5;
/** Seconds from a token to the warning of its end; ours warns 4 s before. */
const DUE = 10;
const LIFE = DUE + 4;
/** Milliseconds that tabs are given beyond that. */
const PATIENCE = 5000;

export default {
  name: "warning",
  title: "5 tabs warned before the end: from the first tab to the last; one person stays: from the answer to the last warning closed, median / most, ms",
  env: { STAYD_SESSION_EXPIRES_IN: `${LIFE}s`, STAYD_SESSION_UPDATE_AGE: "0" },
  async measure(bench) {
    const { peer, site, server } = bench;
    if (!peer.warns) return doesNotApply("it has no warning");
    if (peer.warns.page) site.addPage("app", await bundlePage(peer.warns.page, peer.alias));
    if (server.tokens) server.tokens.lifetime = (peer.margin ?? 0) + DUE;
    const rounds = [];
    for (let run = 0; run < bench.times(10, 2); run += 1) rounds.push(await bench.person((context) => warnedOnce(context, bench)));
    return summary(rounds);
  },
};

async function warnedOnce(context, { site }) {
  const tabs = [];
  while (tabs.length < TABS) tabs.push(await openTab(context, site));
  await signIn(tabs[0]);
  for (const page of tabs.slice(1)) {
    if (await becomes(page, "in", 100)) continue;
    await page.reload();
    await page.waitForFunction(() => globalThis.bench?.created);
  }
  await settled(site, 100);
  const warned = await Promise.all(tabs.map((page) => turned(page, true, 0, DUE * 1000 + PATIENCE)));
  const missed = warned.filter((at) => at === null).length;
  if (missed > 0) return { missed };
  const spreadMs = Math.max(...warned) - Math.min(...warned);
  if (!(await tabs[0].evaluate(() => "stay" in bench))) return { missed, spreadMs };
  await tabs[0].evaluate(() => bench.stay());
  const closed = await Promise.all(tabs.map((page) => turned(page, false, Math.max(...warned), PATIENCE)));
  const left = closed.filter((at) => at === null).length;
  if (left > 0) return { missed, spreadMs, left };
  return { missed, spreadMs, left, closedMs: Math.max(...closed) - (await answeredAt(tabs[0], Math.max(...closed))) };
}

/** When this tab has first opened (or closed) its warning after `since`; `null` if it does not within the patience. */
const turned = (page, open, since, patience) =>
  within(patience, () =>
    page.evaluate(([wanted, from]) => bench.warnings.find((one) => one.at >= from && one.open === wanted)?.at, [open, since]),
  );

function summary(rounds) {
  const values = (name) => rounds.map((one) => one[name]).filter((value) => value !== undefined);
  const [spreads, closings] = [values("spreadMs"), values("closedMs")];
  const missed = rounds.filter((one) => one.missed > 0).length;
  if (spreads.length === 0) return never("not in every tab", { missed });
  const left = values("left");
  const figures = {
    medianSpreadMs: median(spreads),
    mostSpreadMs: Math.max(...spreads),
    missed,
    rounds: rounds.length,
    ...(left.length > 0 && { medianClosedMs: median(closings), mostClosedMs: Math.max(...closings), leftOpen: left.filter(Boolean).length }),
  };
  const both = (values) => `${round(median(values))} / ${round(Math.max(...values))}`;
  const closed = left.length === 0 ? "no call that closes it" : closings.length === 0 ? "never closed everywhere" : both(closings);
  const failures = missed + (figures.leftOpen ?? 0);
  return measured(`${both(spreads)}; ${closed}${failures ? `, not in every tab ${failures} of ${rounds.length}` : ""}`, figures);
}
