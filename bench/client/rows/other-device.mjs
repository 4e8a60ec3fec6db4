import { setTimeout as wait } from "node:timers/promises";
import { bundlePage } from "../bundle.mjs";
import { openTab, settled, signIn, stateOf } from "../browser.mjs";
import { round } from "../numbers.mjs";
import { measured } from "../outcome.mjs";
import { saidAt } from "./cross-tab-sign-out.mjs";
import { comeBack } from "./together.mjs";

/** No client refuses to ask again for longer than this, in milliseconds. */
const QUIET = 5500;

export default {
  name: "other-device",
  waits: true,
  title: "ended on another device: known without asking; after the window's focus (and with what lets the server tell it)",
  async measure(bench) {
    const { peer, site } = bench;
    const plain = await endedElsewhere(bench, "/app");
    // Who has one page for both has nothing that is told.
    if (!peer.pushed || peer.pushed === peer.page) return measured(words(plain), plain);
    site.addPage("pushed", await bundlePage(peer.pushed, peer.alias));
    const pushed = await endedElsewhere(bench, "/pushed");
    return measured(`${words(plain)} (with push ${words(pushed)})`, { ...plain, pushed });
  },
};

async function endedElsewhere({ site, server, person }, path) {
  return person(async (context) => {
    const page = await openTab(context, site, path);
    await signIn(page);
    await settled(site);
    await wait(QUIET);
    const ended = await (server.endAll ?? (() => server.tokens.endAll()))();
    const at = await saidAt(page, "out", ended, 2000);
    await page.evaluate(comeBack);
    await settled(site, 1500);
    const { status } = await stateOf(page);
    return { pushedMs: at && at - ended, afterFocus: status };
  });
}

const words = ({ pushedMs, afterFocus }) =>
  `${pushedMs === null ? "not told" : `told after ${round(pushedMs)} ms`}; ${afterFocus === "out" ? "out" : `still ${afterFocus}`}`;
