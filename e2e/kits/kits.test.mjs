// The kits in the real frameworks: what a page shows from its first paint, with JavaScript late and off, signed in and signed out.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { get } from "node:http";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { assertNoComplaints, launch, openPage, person } from "../browser.mjs";
import { somebody } from "../person.mjs";
import { until } from "../until.mjs";
import { buildApp, startApp } from "./app.mjs";

const SCREENSHOTS = new URL("../screenshots/kits/", import.meta.url);
const SIGNED_OUT = "You are signed out";

/** How late scripts come at least, in ms. */
const LATE = 3_000;

const chosen = process.env.STAYD_KITS?.split(",") ?? ["sveltekit", "astro", "next"];

let browser;
before(async () => {
  await mkdir(SCREENSHOTS, { recursive: true });
  browser = await launch();
});
after(() => browser?.close());

/** Signs up through the app, so that the session's cookies are the browser's. */
async function signUp(context, origin) {
  const who = somebody();
  const { name, email, password } = who;
  const answer = await context.request.post(`${origin}/api/auth/sign-up/email`, { data: { name, email, password }, headers: { origin } });
  assert.equal(answer.status(), 200, await answer.text());
  return who;
}

/** Writes down every text of the header and of the heading, from their first moment on. */
const watchPage = () => {
  window.shown = { header: [], heading: [] };
  const note = (texts, text) => text && text !== texts.at(-1) && texts.push(text);
  const look = () => {
    note(window.shown.header, document.getElementById("who")?.textContent);
    note(window.shown.heading, document.querySelector("h1")?.textContent);
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
};

/** What a browser that follows nothing sees; `path` is sent as it stands. */
async function look(address, headers, path = new URL(address).pathname) {
  const { hostname: host, port } = new URL(address);
  const [response] = await once(get({ host, port, path, headers }), "response");
  let body = "";
  for await (const piece of response) body += piece;
  return { status: response.statusCode, location: response.headers.location, body };
}

const header = (page) => page.locator("#who").textContent();
const heading = (page) => page.locator("h1").textContent();
const shot = (page, name) => page.screenshot({ path: fileURLToPath(new URL(`${name}.png`, SCREENSHOTS)) });
const painted = (page) => page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);

for (const name of chosen) {
  describe(name, () => {
    let app;
    before(async () => {
      await buildApp(name);
      app = await startApp(name);
    });
    after(() => app?.remove());

    test("the page's HTML says who it is", async () => {
      const { context } = await person(browser);
      assert.match(await (await context.request.get(app.origin)).text(), new RegExp(SIGNED_OUT));
      const who = await signUp(context, app.origin);
      const answer = await context.request.get(app.origin);
      const html = await answer.text();
      assert.match(html, new RegExp(`Hello, (<!-- -->)?${who.name}`));
      assert.doesNotMatch(html, new RegExp(SIGNED_OUT));
      assert.match(answer.headers()["cache-control"], /private|no-store/);
      // No token of the session is in the page.
      const cookie = (await context.cookies()).find((one) => one.name === "better-auth.session_token");
      assert.ok(!html.includes(decodeURIComponent(cookie.value).split(".")[0]));
      await context.close();
    });

    for (const signedIn of [true, false]) {
      const state = signedIn ? "signed-in" : "signed-out";

      test(`without JavaScript a ${state} person sees the right page`, async () => {
        const { context, page } = await person(browser, { javaScriptEnabled: false });
        const who = signedIn && (await signUp(context, app.origin));
        await page.goto(app.origin);
        assert.equal(await header(page), signedIn ? `Hello, ${who.name}` : SIGNED_OUT);
        await shot(page, `${name}-${state}-no-script`);
        await page.goto(`${app.origin}/account?tab=2`);
        if (signedIn) assert.equal(await page.locator("h1").textContent(), `Account of ${who.email}`);
        else assert.equal(page.url(), `${app.origin}/sign-in?next=%2Faccount%3Ftab%3D2`);
        await shot(page, `${name}-${state}-no-script-account`);
        await context.close();
      });

      for (const [kind, path] of [["page", "/"], ["guarded page", "/account?tab=2"]]) {
        test(`with late JavaScript a ${state} person sees the right ${kind} from the first paint on, and nothing else after it`, async () => {
          const { context, page } = await person(browser);
          const who = signedIn && (await signUp(context, app.origin));
          const right = signedIn ? `Hello, ${who.name}` : SIGNED_OUT;
          const title = path === "/" ? "Home" : signedIn ? `Account of ${who.email}` : "Sign in";
          const look = `${name}-${state}${path === "/" ? "" : "-account"}`;
          const asked = [];
          page.on("request", (request) => request.url().includes("/get-session") && asked.push(request.url()));
          await page.addInitScript(watchPage);
          // On a slow machine the first paint may take longer than the scripts may be late.
          let looked;
          const late = Promise.all([new Promise((resolve) => (looked = resolve)), new Promise((resolve) => setTimeout(resolve, LATE))]);
          await page.route("**/*.js*", async (route) => (await late, route.continue()));
          await page.goto(app.origin + path, { waitUntil: "commit" });
          await painted(page);
          assert.deepEqual([await header(page), await heading(page)], [right, title]);
          await shot(page, `${look}-first-paint`);
          assert.equal(await page.evaluate(() => document.documentElement.dataset.ready), undefined);
          looked();
          await until("the scripts to have run", () => page.evaluate(() => document.documentElement.dataset.ready), 20);
          assert.deepEqual([await header(page), await heading(page)], [right, title]);
          assert.deepEqual(await page.evaluate(() => window.shown), { header: [right], heading: [title] });
          await shot(page, `${look}-with-script`);
          assert.deepEqual(asked, []);
          assertNoComplaints(page);
          await context.close();
        });
      }
    }

    test("a click to a guarded page leads a stranger to sign in, and a person to the page", async () => {
      const { context, page } = await person(browser);
      await page.goto(app.origin);
      await until("the scripts to have run", () => page.evaluate(() => document.documentElement.dataset.ready));
      await page.getByRole("link", { name: "Account" }).click();
      await page.getByRole("heading", { name: "Sign in" }).waitFor();
      assert.equal(page.url(), `${app.origin}/sign-in?next=%2Faccount`);
      const who = await signUp(context, app.origin);
      const mine = await openPage(context);
      await mine.goto(app.origin);
      await mine.getByRole("link", { name: "Account" }).click();
      await mine.getByRole("heading", { name: `Account of ${who.email}` }).waitFor();
      await context.close();
    });

    if (name === "sveltekit") {
      test("the components of a page have the layout's session, rendered and alive, and a sign-out shows in them in every tab", async () => {
        const { context, page } = await person(browser);
        const other = await openPage(context);
        const who = await signUp(context, app.origin);
        assert.match(await (await context.request.get(app.origin)).text(), new RegExp(`<p id="mine">This is ${who.name}`));
        for (const one of [page, other]) {
          await one.goto(app.origin);
          await until("the scripts to have run", () => one.evaluate(() => document.documentElement.dataset.ready));
          await one.locator("#mine").waitFor();
        }
        await page.getByRole("button", { name: "Sign out" }).click();
        for (const one of [page, other]) {
          await one.locator("#mine").waitFor({ state: "detached" });
          assert.deepEqual([await header(one), await heading(one)], [SIGNED_OUT, "Home"]);
        }
        await until("the server to know", async () => (await (await context.request.get(app.origin)).text()).includes(SIGNED_OUT));
        await page.getByRole("link", { name: "Account" }).click();
        await page.getByRole("heading", { name: "Sign in" }).waitFor();
        for (const one of [page, other]) assertNoComplaints(one);
        await context.close();
      });
    }

    test("a hostile address and tampered cookies are answered as to a stranger", async () => {
      const { context } = await person(browser);
      await signUp(context, app.origin);
      const { value } = (await context.cookies()).find((one) => one.name === "better-auth.session_token");
      for (const cookie of [`x${value}`, value.slice(0, -4), "%", '"', "a".repeat(5000)]) {
        const headers = { cookie: `better-auth.session_token=${cookie}`, accept: "text/html" };
        const home = await look(app.origin, headers);
        assert.deepEqual([home.status, home.body.includes(SIGNED_OUT)], [200, true], cookie);
        const account = await look(`${app.origin}/account`, headers);
        assert.deepEqual([account.status, account.location], [303, "/sign-in?next=%2Faccount"]);
      }
      for (const path of ["//evil.test/account", "/account//evil.test", "/%61ccount", "/ACCOUNT/../account"]) {
        const { status, location = "", body } = await look(app.origin, { accept: "text/html" }, path);
        assert.ok(status >= 300 && status < 500, `${path}: ${status}`);
        assert.equal(new URL(location, app.origin).origin, app.origin);
        assert.ok(!body.includes("Account of"));
      }
      await context.close();
    });

    test("while the Stayd server is away the page says nothing wrong, and the guarded one asks to come again", async () => {
      const { context, page } = await person(browser);
      const who = await signUp(context, app.origin);
      await app.server.stop();
      const html = await (await context.request.get(app.origin)).text();
      assert.doesNotMatch(html, new RegExp(`${SIGNED_OUT}<`));
      assert.equal((await context.request.get(`${app.origin}/account`, { maxRedirects: 0 })).status(), 503);
      await app.server.start();
      await page.goto(`${app.origin}/account`);
      await page.getByRole("heading", { name: `Account of ${who.email}` }).waitFor();
      await context.close();
    });
  });
}

test("the kits fit the frameworks' own types", () => {
  const tsc = fileURLToPath(new URL("../../packages/stayd/node_modules/typescript/bin/tsc", import.meta.url));
  for (const name of chosen) {
    const cwd = fileURLToPath(new URL(`${name}/`, import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.types.json"], { cwd, encoding: "utf8" });
    assert.equal(status, 0, `${name}:\n${stdout}`);
  }
});
