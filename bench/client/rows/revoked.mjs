import { bundlePage } from "../bundle.mjs";
import { becomes, openTab, settled, signIn, stateOf, within } from "../browser.mjs";
import { median, p99, round } from "../numbers.mjs";
import { doesNotApply, measured, never } from "../outcome.mjs";
import { openPauses } from "../pauses.mjs";
import { saidAt } from "./cross-tab-sign-out.mjs";

export default {
  name: "revoked",
  title: "ended in one browser to the changed view in the other, nobody looking, median / p99, ms",
  async measure(bench) {
    const { peer, site } = bench;
    if (!peer.pushed) return doesNotApply("its stand-in has no call that ends a person's other sessions");
    site.addPage("pushed", await bundlePage(peer.pushed, peer.alias));
    const pauses = await openPauses();
    try {
      return await bench.person((here) => bench.person((there) => between(bench, here, there, pauses)));
    } finally {
      await pauses.close();
    }
  },
};

async function between(bench, here, there, pauses) {
  const [a, b] = [await openTab(here, bench.site, "/pushed"), await openTab(there, bench.site, "/pushed")];
  await signIn(a);
  const [times, answers, hearings] = [[], [], []];
  let missed = 0;
  for (let run = 0; run < bench.times(200, 3) && missed < 2; run += 1) {
    if ((await stateOf(b)).status !== "in") await signIn(b);
    // Its stream is open by then, where it has one.
    await settled(bench.site);
    if (!(await becomes(b, "in"))) throw new Error("the other browser is not signed in");
    bench.site.reset();
    const { called, answered } = await a.evaluate(async () => {
      const called = bench.clock();
      const answer = await fetch("/api/auth/revoke-other-sessions", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      });
      if (!answer.ok) throw new Error(`the sessions were not ended: ${answer.status}`);
      return { called, answered: bench.clock() };
    });
    const at = await saidAt(b, "out", called);
    if (at === null) {
      missed += 1;
      await b.reload();
      await b.waitForFunction(() => globalThis.bench?.created);
      continue;
    }
    times.push(at - called);
    answers.push(answered - called);
    // It was told, and asks all the same.
    const asked = await within(1000, async () => bench.site.requests.find(({ path }) => path.endsWith("/get-session")));
    if (asked) hearings.push(asked.at - called);
    // In the same minutes, and not while the server is at work.
    await pauses.sample();
  }
  if (times.length === 0) return never("within 3 s");
  const figures = {
    medianMs: median(times),
    p99Ms: p99(times),
    runs: times.length,
    missed,
    answerMedianMs: median(answers),
    answerP99Ms: p99(answers),
    askedMedianMs: median(hearings),
    askedP99Ms: p99(hearings),
    ...pauses.figures(),
  };
  return measured(`${round(figures.medianMs)} / ${round(figures.p99Ms)}${missed ? `, missed ${missed}` : ""}`, figures);
}
