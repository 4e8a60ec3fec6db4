// The adapters with the real frameworks, the code of their guides, and the real binary.
import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { buildApp } from "../adapters/build.mjs";
import { startSite } from "../app/site.mjs";
import { assertNoComplaints, launch, person } from "../browser.mjs";
import { somebody } from "../person.mjs";
import { until } from "../until.mjs";

const RENDERING = ["react", "vue", "svelte", "solid"];
const FRAMEWORKS = [...RENDERING, "nanostores"];
/** What the guide of nanostores takes for granted. */
const MARKUP = '<h1></h1><button id="sign-out">Sign out</button><form hidden><input name="email" aria-label="E-mail"><input name="password" type="password" aria-label="Password"><button>Sign in</button></form>';
/** What the guide of nanostores says of tokens, within reach of tests. */
const CSRF_PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>app</title><link rel="icon" href="data:,">
<script type="module">
  import { $csrfToken, csrf } from "/nanostores/csrf.js";
  const heard = [];
  Object.assign(window, { $csrfToken, csrf, heard, stop: $csrfToken.subscribe((token) => heard.push(token)) });
</script></html>`;

let site;
let browser;
let who;
const apps = {};
before(async () => {
  const pages = {};
  [site, browser] = await Promise.all([
    startSite({ pages }),
    launch(),
    ...FRAMEWORKS.map(async (name) => (apps[name] = await buildApp(name, { server: RENDERING.includes(name) }))),
  ]);
  who = await account();
  for (const name of FRAMEWORKS) {
    for (const [file, script] of Object.entries(apps[name].scripts)) site.pages[`/${name}/${file}`] = script;
    site.pages[`/${name}`] = html(`/${name}/main.js`, name === "nanostores" ? MARKUP : "");
    site.pages[`/${name}/count`] = html(`/${name}/count.js`);
    site.pages[`/${name}/rendered`] = (request) => rendered(name, request);
  }
  site.pages["/nanostores/csrf"] = CSRF_PAGE;
});
after(async () => {
  await browser?.close();
  await site?.remove();
});

/** What the element is called in which the app lives, as in Vite's templates and so in the guides. */
const rootOf = (name) => (name === "svelte" || name === "vue" ? "app" : "root");

const html = (script, body = "", head = "", root = rootOf(script.split("/")[1])) => `<!doctype html><html lang="en"><meta charset="utf-8"><title>app</title>
<link rel="icon" href="data:,">${head}<div id="${root}">${body}</div><script>window.first = document.querySelector("#${root} > *")</script>
<script type="module" src="${script}"></script></html>`;

/** As the guides say: what the server knows of the request's cookies is rendered, and told to the browser; `?unasked` leaves it out. */
async function rendered(name, request) {
  let initial;
  let known = "";
  if (!request.url.endsWith("?unasked")) {
    const answer = await fetch(`${site.server.origin}/api/auth/get-session`, { headers: { cookie: request.headers.cookie ?? "" } });
    initial = await answer.json();
    known = `window.initial = ${JSON.stringify(initial).replaceAll("<", "\\u003c")};`;
  }
  // What Solid's `generateHydrationScript()` says, as far as an app without Suspense needs it.
  const solid = name === "solid" ? "window._$HY = { events: [], completed: new WeakSet(), r: {}, fe() {} };" : "";
  return html(`/${name}/entry-client.js`, await apps[name].render(initial), `<script>${known}${solid}</script>`);
}

/** Somebody with an account. */
async function account() {
  const somebodyNew = somebody();
  const answer = await fetch(`${site.server.origin}/api/auth/sign-up/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: site.origin },
    body: JSON.stringify(somebodyNew),
  });
  assert.equal(answer.status, 200);
  return somebodyNew;
}

const greeting = (page) => page.getByRole("heading", { name: `Hello, ${who.name}`, exact: true });
const signInHeading = (page) => page.getByRole("heading", { name: "Sign in", exact: true });

/** How often each component has been rendered, once what was to be rendered has been painted. */
const renderings = (page) =>
  page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve({ ...window.rendered })))));

/** Whether the element that the server has rendered is still the one that is shown. */
const isTakenOver = (page) => page.evaluate(() => window.first.isConnected);

for (const name of FRAMEWORKS) {
  // One browser for each: signing in takes the server half a second of hashing.
  suite(name, () => {
    let context;
    let page;
    before(async () => ({ context, page } = await person(browser)));
    after(() => context?.close());
    const goTo = async (path, wait = {}) => page.goto(`${site.origin}/${name}${path}`, wait);
    const countingPage = async () => {
      await goTo("/count");
      await page.locator("#name").getByText(who.name).waitFor();
      await until("the server to confirm", () => page.evaluate(() => window.session.get().verified));
    };

    if (RENDERING.includes(name)) {
      test("what a server has rendered for nobody is taken over without a complaint", async () => {
        assert.match(await (await goTo("/rendered")).text(), /<div id="(?:root|app)">(<!--.*?-->)*<form[^>]*><h1>Sign in/);
        await signInHeading(page).waitFor();
        assert.ok(await isTakenOver(page));
        assertNoComplaints(page);
      });
    }

    test("the guide's page signs somebody in, and a reload shows them", async () => {
      await goTo("");
      await page.getByLabel("E-mail").fill(who.email);
      await page.getByLabel("Password").fill("a wrong one");
      await page.getByRole("button", { name: "Sign in" }).click();
      if (RENDERING.includes(name)) await page.getByRole("alert").waitFor();
      await page.getByLabel("Password").fill(who.password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await greeting(page).waitFor();
      await page.reload();
      await greeting(page).waitFor();
      assertNoComplaints(page, [/401/]);
      page.complaints.length = 0;
    });

    test("an unchanged session renders nothing, and a changed name what shows it", async () => {
      await countingPage();
      // Whatever the start still had to ask has been answered after this.
      await page.evaluate(() => window.session.refresh());
      const at = await renderings(page);
      site.forget();
      for (let time = 0; time < 3; time++) assert.deepEqual(await page.evaluate(() => window.session.refresh()), { ok: true });
      assert.ok(site.count("/get-session") >= 3, "the server was asked each time");
      assert.deepEqual(await renderings(page), at, "the same answer, three times");
      // What changes the view and not the name.
      await page.evaluate(() => window.dispatchEvent(new Event("offline")));
      await until("the whole to be rendered", async () => (await renderings(page)).whole > at.whole);
      assert.equal((await renderings(page)).name, at.name, "the name is the same");
      await page.evaluate(() => window.dispatchEvent(new Event("online")));
      for (const changed of ["Countess", who.name]) {
        await page.evaluate((to) => window.session.update({ name: to }), changed);
        await page.locator("#name").getByText(changed, { exact: true }).waitFor();
      }
      assertNoComplaints(page);
    });

    test("mounted and unmounted a hundred times, it leaves nobody listening", async () => {
      await countingPage();
      const listening = await page.evaluate(() => window.listening);
      assert.ok(listening > 0);
      await page.evaluate(async () => {
        for (let time = 0; time < 100; time++) {
          window.unmount();
          window.mountAgain();
          if (time % 10 === 0) await new Promise(requestAnimationFrame);
        }
      });
      await until("as many to listen as before", async () => (await page.evaluate(() => window.listening)) === listening);
      await page.evaluate(() => window.unmount());
      await until("nobody to listen", async () => (await page.evaluate(() => window.listening)) === 0);
      assertNoComplaints(page);
    });

    if (RENDERING.includes(name)) {
      test("what a server has rendered without asking is taken over, and a remembered person shown after it", async () => {
        assert.match(await (await goTo("/rendered?unasked")).text(), /<div id="(?:root|app)">(<!--.*?-->)*<p[^>]*>One moment/);
        await greeting(page).waitFor();
        assertNoComplaints(page);
      });

      test("what a server has rendered for somebody is right at once, taken over, and works", async () => {
        // Counted in the page: what the one before it asked may arrive after it has gone.
        await page.addInitScript(() => {
          const send = window.fetch;
          window.asked = [];
          window.fetch = (...args) => (window.asked.push(String(args[0].url ?? args[0])), send(...args));
        });
        const response = await goTo("/rendered");
        assert.match(await response.text(), new RegExp(`Hello, (<!--.*?-->)*${who.name}`));
        await greeting(page).waitFor();
        await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
        assert.ok(await isTakenOver(page));
        assert.deepEqual(await page.evaluate(() => window.asked.filter((url) => url.includes("/get-session"))), [], "nobody is asked again");
        await page.getByRole("button", { name: "Sign out" }).click();
        await signInHeading(page).waitFor();
        assertNoComplaints(page);
      });
    } else {
      test("the token against CSRF is a nanostore that follows the cookie, and costs no request where one is there (TC-6)", async () => {
        await page.context().addCookies([{ name: "better-auth.csrf_token", value: "first", url: site.origin }]);
        site.forget();
        await goTo("/csrf");
        const heard = () => page.evaluate(() => window.heard);
        await until("the cookie's token", async () => (await heard()).at(-1) === "first");
        await page.evaluate(() => (document.cookie = "better-auth.csrf_token=second"));
        await page.evaluate(() => window.csrf.sync());
        await until("the token of another tab", async () => (await heard()).at(-1) === "second");
        assert.deepEqual(await page.evaluate(() => [window.$csrfToken.get(), window.csrf.get()]), ["second", "second"]);
        await page.evaluate(() => window.stop());
        await page.evaluate(() => window.csrf.adopt("third"));
        assert.equal((await heard()).at(-1), "second", "nobody listens any more");
        assert.equal(await page.evaluate(() => window.$csrfToken.get()), "third");
        assert.equal(site.count("/csrf"), 0);
        await page.context().clearCookies({ name: "better-auth.csrf_token" });
        assertNoComplaints(page);
      });

      test("the guide's page signs out", async () => {
        await goTo("");
        await page.getByRole("button", { name: "Sign out" }).click();
        await signInHeading(page).waitFor();
        assertNoComplaints(page);
      });
    }
  });
}
