import { setTimeout as wait } from "node:timers/promises";
import { becomes, openTab, settled, signIn, stateOf } from "../browser.mjs";
import { round } from "../numbers.mjs";
import { measured } from "../outcome.mjs";
import { comeBack } from "./together.mjs";

export default {
  name: "other-device",
  waits: true,
  title: "ended on another device: known without asking; after the window's focus",
  async measure({ site, server, person }) {
    return person(async (context) => {
      const page = await openTab(context, site);
      await signIn(page);
      await settled(site);
      // No client refuses to ask again for longer than this.
      await wait(5500);
      const ended = Date.now();
      await (server.endAll ?? (() => server.tokens.endAll()))();
      const pushed = (await becomes(page, "out", 2000)) ? Date.now() - ended : null;
      await page.evaluate(comeBack);
      await settled(site, 1500);
      const { status } = await stateOf(page);
      const words = pushed === null ? "not told" : `told after ${round(pushed)} ms`;
      return measured(`${words}; ${status === "out" ? "out" : `still ${status}`}`, { pushedMs: pushed, afterFocus: status });
    });
  },
};
