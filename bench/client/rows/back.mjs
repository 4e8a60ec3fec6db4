import { launch, openTab, settled, signIn, within } from "../browser.mjs";
import { measured } from "../outcome.mjs";

export default {
  name: "back",
  title: "signed out in another tab, then Back: restored from the cache? what is painted first, and after 1.5 s",
  async measure({ site }) {
    const browser = await launch({ backForwardCache: true });
    try {
      const context = await browser.newContext();
      const page = await openTab(context, site);
      await signIn(page);
      await page.goto(`${site.origin}/app`);
      await within(5000, () => page.evaluate(() => bench.state().status === "in"));
      const other = await openTab(context, site);
      await within(5000, () => other.evaluate(() => bench.state().status === "in"));
      await settled(site);
      await page.evaluate(() => sessionStorage.setItem("tab", "first"));
      await page.evaluate(() => void (location.href = "/blank"));
      await page.waitForURL(`${site.origin}/blank`);
      await other.evaluate(() => bench.signOut());
      await settled(site);
      site.reset();
      // The restored page tells by beacon: the harness has lost it.
      await page.evaluate(() => void history.back()).catch(() => null);
      const report = await within(10_000, async () => site.reports.find(({ tab }) => tab === "first"));
      if (!report) throw new Error("the page that was come back to reported nothing");
      const { restored, frames, later } = report;
      const how = restored ? "restored" : "loaded anew";
      const painted = frames.includes("in") ? "signed-in frame painted" : "no signed-in frame";
      return measured(`${how}, ${painted}, then ${later}`, { restored, frames, later });
    } finally {
      await browser.close();
    }
  },
};
