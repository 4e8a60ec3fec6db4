/**
 * The official, unmodified clients in a page in Chromium, against a real Better Auth and against ours.
 * `STAYD_CONFORMANCE=self` leaves ours out; `STAYD_CHROMIUM` names the browser.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";
import { CHROMIUM_FOR_PLAYWRIGHT, FLAGS_FOR_PLAYWRIGHT } from "../../e2e/flags.mjs";
import { JarFetch } from "../client/jar-fetch.mjs";
import { freePort } from "../lib/free-port.mjs";
import { VARIANTS } from "../lib/variants.mjs";
import { launchReference } from "../reference/launch.mjs";
import { launchStayd } from "../stayd/launch.mjs";
import { bundle } from "./bundle.mjs";
import { openSite } from "./site.mjs";

const FLAVOURS = ["vanilla", "react", "svelte"];
const LAUNCH = { reference: launchReference, ...(process.env.STAYD_CONFORMANCE !== "self" && { stayd: launchStayd }) };

let browser;
let scripts;
before(async () => {
  scripts = Object.fromEntries(await Promise.all(FLAVOURS.map(async (flavour) => [flavour, await bundle(flavour)])));
  browser = await chromium.launch({ executablePath: CHROMIUM_FOR_PLAYWRIGHT, args: FLAGS_FOR_PLAYWRIGHT });
});
after(() => browser?.close());

for (const [kind, launch] of Object.entries(LAUNCH)) {
  for (const variant of ["plain", "cache"]) {
    describe(`${kind}, ${variant}`, () => {
      let target;
      let site;
      let base;
      before(async () => {
        const port = await freePort();
        base = `http://127.0.0.1:${port}`;
        target = await launch({ ...VARIANTS[variant], baseURL: base });
        site = await openSite({ port, upstream: () => target.port, scripts });
      });
      after(async () => {
        site?.closeAllConnections();
        site?.close();
        await target?.stop();
      });

      for (const flavour of FLAVOURS) {
        test(`a page finds its way through the core API with the ${flavour} client`, async () => {
          const page = await openPage(flavour);
          await page.told;
          assert.equal(await page.evaluate((email) => window.tellStory(email), `${flavour}@example.com`), "told", target.output());
          if (kind === "stayd") assert.deepEqual(await page.leaks(), [], "bodies that show a session token");
          await page.context().close();
        });
      }

      test("a page that is signed in holds nothing that signs in", async () => {
        const page = await openPage("vanilla");
        const person = { name: "Holder", email: "holder@example.com", password: "password123" };
        assert.equal((await page.evaluate((fields) => window.client.signUp.email(fields), person)).error, null);
        await page.evaluate(() => window.client.listSessions());
        const token = await page.token();
        const cookies = await page.context().cookies();
        assert.ok(token.length >= 16);
        for (const cookie of cookies) assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.path], [true, "Lax", "/"], cookie.name);
        const { stored, told } = await page.evaluate(everythingHeld);
        assert.equal(stored.cookie, "");
        assert.ok(!JSON.stringify(stored).includes(token), `stored: ${JSON.stringify(stored)}`);
        if (kind === "stayd") {
          assert.ok(!JSON.stringify(told).includes(token), `told: ${JSON.stringify(told)}`);
          assert.deepEqual(await page.leaks(), [], "bodies that show a session token");
        }
        await page.context().close();
      });

      test("a reload finds the person signed in, and a second tab hears of the sign-out", async () => {
        const page = await openPage("react");
        const person = { name: "Two Tabs", email: "tabs@example.com", password: "password123" };
        await page.evaluate((fields) => window.client.signUp.email(fields), person);
        const signedIn = "signed in as Two Tabs <tabs@example.com>";
        await page.getByText(signedIn).waitFor();
        await page.reload();
        await page.getByText(signedIn).waitFor();
        const second = await page.context().newPage();
        await second.goto(`${base}/svelte/`);
        await second.getByText(signedIn).waitFor();
        await second.evaluate(() => window.client.signOut());
        await page.getByText("signed out").waitFor();
        assert.deepEqual(await page.context().cookies(), []);
        await page.context().close();
      });

      test("a sign-in with a callback takes the page there", async () => {
        const page = await openPage("vanilla");
        const person = { email: "goes@example.com", password: "password123" };
        await page.evaluate((fields) => window.client.signUp.email({ name: "G", ...fields }), person);
        await page.evaluate((fields) => { void window.client.signIn.email({ ...fields, callbackURL: "/react/?arrived" }); }, person);
        await page.waitForURL(`${base}/react/?arrived`);
        await page.getByText("signed in as G <goes@example.com>").waitFor();
        await page.context().close();
      });

      /** A page in a browser of its own, which remembers the bodies it read. */
      async function openPage(flavour) {
        const context = await browser.newContext();
        const page = await context.newPage();
        const bodies = [];
        const device = new JarFetch(base);
        const call = (path, json) => device.fetch(`${base}/api/auth${path}`, json && {
          method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(json),
        });
        page.on("response", (answer) => {
          if (answer.url().includes("/api/auth/")) bodies.push(answer.text().catch(() => "").then((text) => ({ url: answer.url(), text })));
        });
        await page.exposeFunction("mailLink", async (address) => (await target.mail.next(address)).link);
        await page.exposeFunction("deviceSignIn", async (email, password) => {
          assert.equal((await call("/sign-in/email", { email, password })).status, 200);
        });
        await page.exposeFunction("deviceIsSignedIn", async () => (await (await call("/get-session?disableCookieCache=true")).json()) !== null);
        const tokens = new Set();
        page.token = async () => {
          const cookie = (await context.cookies()).find(({ name }) => name === "better-auth.session_token");
          return cookie ? decodeURIComponent(cookie.value).split(".")[0] : "";
        };
        page.on("response", async (answer) => {
          for (const { name, value } of await answer.headersArray().catch(() => [])) {
            const token = name.toLowerCase() === "set-cookie" && /session_token=([A-Za-z0-9_-]{16,})\./.exec(value)?.[1];
            if (token) tokens.add(token);
          }
        });
        page.leaks = async () => (await Promise.all(bodies))
          .filter(({ text }) => [...tokens].some((token) => text.includes(token))).map(({ url }) => url);
        await page.goto(`${base}/${flavour}/`);
        await page.waitForFunction(() => typeof window.tellStory === "function");
        return page;
      }
    });
  }
}

/** Runs in the page: what a script there can read without asking, and what it is told when it asks. */
async function everythingHeld() {
  const databases = await indexedDB.databases();
  return {
    stored: { cookie: document.cookie, localStorage: { ...localStorage }, sessionStorage: { ...sessionStorage }, databases, caches: await caches.keys() },
    told: [await window.client.getSession(), await window.client.listSessions(), window.client.$store.atoms.session.get()],
  };
}
