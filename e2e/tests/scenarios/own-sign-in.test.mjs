// A page that signs somebody in itself (scenario 27), and what its own listeners may do meanwhile (scenario 50).
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { chromium } from "../../browsers/index.mjs";
import { until } from "../../until.mjs";
import { PASSWORD, asksSession, gate, json, openScene, untilView, verified } from "./scene.mjs";

const asksApp = ({ path }) => path.startsWith("/api/things");
const signsIn = ({ path }) => path.endsWith("/sign-in/email");

describe("a page's own sign-in", () => {
  let scene, site;
  before(async () => {
    scene = await openScene(chromium);
    ({ site } = scene);
  });
  after(() => scene?.close());

  /** Two people, the second of whom is signed in here. */
  const two = async () => {
    const tab = await scene.signedIn();
    const { person: first } = tab;
    const second = { ...first, email: `other.${first.email}` };
    assert.ok((await tab.evaluate((them) => session.signUp(them), second)).ok);
    site.forget();
    return { tab, first, second };
  };
  const signIn = (tab, { email }) =>
    tab.evaluate((them) => void (window.signedIn = session.signIn(them)), { email, password: PASSWORD });
  const ask = (tab) =>
    tab.evaluate(() => void (window.asked = session.fetch("/api/things").then(({ status }) => status, ({ code }) => code)));

  test("27 what the page asks for while it signs somebody else in is not sent as either of them", async () => {
    const { tab, first } = await two();
    const { opened, open } = gate();
    site.fault = async (request, pass) => {
      if (asksApp(request)) return json(200, {});
      const answer = await pass();
      // The cookie is on its way to the page; that it is so the page hears only with the question that follows.
      if (asksSession(request)) await opened;
      return answer;
    };
    await signIn(tab, first);
    await until("the question who it is now", () => site.requests.some(asksSession));
    await ask(tab);
    await untilView(tab, { holding: true });
    open();
    assert.equal(await tab.evaluate(() => asked), "ended");
    assert.deepEqual([(await verified(tab)).data.user.email, site.requests.filter(asksApp).length], [first.email, 0]);
  });

  test("27 a sign-in that fails half way is asked about, and every tab shows whose cookie is there", async () => {
    const { tab, first } = await two();
    const other = await scene.tab();
    await verified(other);
    site.forget();
    let signed = false;
    site.fault = async (request, pass) => {
      if (asksApp(request)) return json(200, {});
      const answer = await pass();
      signed ||= signsIn(request);
      // The first question after it, which belongs to it, is lost.
      if (!signed || !asksSession(request)) return answer;
      site.fault = null;
      return json(503, {});
    };
    await signIn(tab, first);
    assert.equal((await tab.evaluate(() => signedIn)).ok, false);
    for (const each of [tab, other]) {
      await until("the person whose cookie it is", async () => (await verified(each)).data.user.email === first.email);
    }
  });

  test("50 a listener that signs out again leaves nothing connected", async () => {
    const tab = await scene.signedIn();
    const { person } = tab;
    assert.ok((await tab.evaluate(() => session.signOut())).ok);
    await tab.evaluate(() => {
      window.open = 0;
      session.channel(() => (window.open++, { close: () => window.open-- }));
      session.on("signed-in", () => void (window.out = session.signOut()));
    });
    await signIn(tab, person);
    await until("the sign-out", () => tab.evaluate(() => !!window.out));
    assert.ok((await tab.evaluate(() => out)).ok);
    await untilView(tab, { identity: "anonymous", verified: true });
    assert.equal(await tab.evaluate(() => window.open), 0);
  });

  test("51 a listener that signs out and ends the session's object is heard in the other tabs", async () => {
    const tab = await scene.signedIn();
    const other = await scene.tab();
    await verified(other);
    await tab.evaluate(() =>
      session.on("renewed", () => {
        window.out = session.signOut();
        session.dispose();
      }),
    );
    await tab.evaluate(() => void session.renew());
    await untilView(other, { identity: "anonymous", ended: "signed-out" });
    assert.equal((await tab.evaluate(() => out)).error.code, "disposed");
  });

  test("51 a session that is ended once more by whoever hears of its end is ended once", async () => {
    const tab = await scene.signedIn();
    site.fault = async ({ path }, pass) => (path === "/get-session" ? null : pass());
    const said = await tab.evaluate(async (who) => {
      const { createSession } = await import("/stayd/index.js");
      const over = createSession({ name: "over" });
      over.listen(() => over.dispose());
      const asked = over.signIn({ email: who.email, password: "correct horse battery" });
      over.dispose();
      // Each has a machine of its own, and one that is signed out knows nothing of the other.
      const [one, other] = ["one", "other"].map((name) => createSession({ name, initial: name === "one" ? session.get().data : null }));
      const { ok } = await other.signOut();
      const seen = [(await asked).error.code, ok, one.get().identity, other.get().identity];
      [one, other].forEach((each) => each.dispose());
      return seen;
    }, tab.person);
    assert.deepEqual(said, ["disposed", true, "active", "anonymous"]);
  });

  test("51 a listener that ends the session's object while it signs in leaves no promise open", async () => {
    const tab = await scene.signedIn();
    const { person } = tab;
    const { opened, open } = gate();
    site.fault = async ({ path }, pass) => (path === "/sign-in/email" ? opened.then(pass) : pass());
    await tab.evaluate((who) => {
      window.thrown = [];
      addEventListener("error", ({ message }) => thrown.push(message));
      window.settled = [];
      const note = (name) => (what) => settled.push([name, what.error?.code ?? what.code ?? what.ok]);
      session.signIn({ email: who.email, password: "correct horse battery" }).then(note("sign-in"));
    }, person);
    await until("the sign-in", () => site.count("/sign-in/email") === 1);
    await tab.evaluate(() => {
      const note = (name) => (what) => settled.push([name, what.error?.code ?? what.code ?? what.ok]);
      session.refresh().then(note("refresh"));
      session.fetch("/api/things").catch(note("fetch"));
      session.listen(() => session.dispose());
      dispatchEvent(new Event("offline"));
    });
    await until("all three", () => tab.evaluate(() => settled.length === 3));
    // What is asked of the server is over with the network, before anybody listens.
    assert.deepEqual((await tab.evaluate(() => settled)).sort(), [["fetch", "disposed"], ["refresh", "offline"], ["sign-in", "disposed"]]);
    assert.deepEqual(await tab.evaluate(() => thrown), []);
    open();
  });
});
