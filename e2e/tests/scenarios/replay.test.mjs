// What a real browser has recorded, replayed by the binary: both end with the same view.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe } from "node:test";
import { promisify } from "node:util";
import { browsers, testIn } from "../../browsers/index.mjs";
import { BINARY } from "../../server.mjs";
import { until } from "../../until.mjs";
import { asksSession, json, openScene, untilView, verified, view } from "./scene.mjs";

/** A page's view as `stayd replay` words it, but for the fingerprint of its data. */
function inWords({ status, identity, minutesLeft, error, ended, data, ...rest }) {
  const flags = { verified: rest.verified, "can-mutate": rest.canMutate, expired: rest.expired, offline: rest.offline, holding: rest.holding };
  const holding = Object.keys(flags).filter((flag) => flags[flag]);
  const named = [minutesLeft > 0 && `minutes=${minutesLeft}`, error && `trouble=${error.code}`, ended && `ending=${ended}`, data && "data"];
  return [status, identity, ...holding, ...named.filter(Boolean)].join(" ");
}

for (const kind of browsers) {
  describe(kind.name, () => {
    let scene, site, folder;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "stayd-recording-"));
      scene = await openScene(kind);
      ({ site } = scene);
    });
    after(async () => {
      await scene?.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** What the page shows, and the last view that its recording comes to. `execFile` rejects where the binary fails. */
    const shownAndReplayed = async (tab) => {
      // Both of one moment.
      const [recording, shown] = await tab.evaluate(() => [[...session.record()], session.get()]);
      const file = join(folder, "recording.stayd");
      await writeFile(file, Uint8Array.from(recording));
      const { stdout } = await promisify(execFile)(BINARY, ["replay", file], { timeout: 120_000, maxBuffer: 2 ** 26 });
      const last = stdout.split("\n").findLast((line) => line.startsWith("    view "));
      return { shown: inWords(shown), replayed: last.slice("    view ".length).replace(/ data=[0-9a-f]+$/, " data"), stdout };
    };
    const assertReplayed = async (tab, wanted) => {
      const { shown, replayed, stdout } = await shownAndReplayed(tab);
      assert.equal(replayed, shown, stdout);
      assert.match(shown, wanted);
    };

    testIn(kind, "a recording of a page is replayed by the binary to the view that the page shows", ["tabs"], async () => {
      const first = await scene.signedIn();
      const tab = await scene.tab();
      await verified(tab);
      assert.deepEqual(await tab.evaluate(() => session.renew()), { ok: true });
      await first.evaluate(() => session.update({ name: "Grace" }));
      await until("the new name", async () => (await view(tab)).data.user.name === "Grace");
      await verified(tab);
      await assertReplayed(tab, /^active active verified can-mutate data$/);

      site.fault = async (request, pass) => (asksSession(request) ? json(503, {}) : pass());
      assert.equal((await tab.evaluate(() => session.renew())).error.code, "unavailable");
      await assertReplayed(tab, /^active active .*trouble=unavailable data$/);

      site.fault = null;
      await first.evaluate(() => session.signOut());
      await untilView(tab, { identity: "anonymous" });
      await assertReplayed(tab, /^initial anonymous .*ending=signed-out$/);
    });
  });
}
