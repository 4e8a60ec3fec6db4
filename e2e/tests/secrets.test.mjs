// No secret in reach of page scripts. The canary is the value in the browser's own cookie jar.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoComplaints, launch, person } from "../browser.mjs";
import { fillSignIn, sessionRows, signedInHeading, signedOutHeading, signUp, somebody } from "../person.mjs";
import { startServer } from "../server.mjs";

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

/** Everything a script on the page could read. */
const reachable = (page) =>
  page.evaluate(async () => {
    const storage = (one) => Object.entries(one).flat().join("\n");
    const databases = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((resolve, reject) => {
        const open = indexedDB.open(name);
        open.onsuccess = () => resolve(open.result);
        open.onerror = () => reject(open.error);
      });
      for (const store of database.objectStoreNames) {
        const all = database.transaction(store).objectStore(store).getAll();
        await new Promise((resolve) => (all.onsuccess = resolve));
        databases.push(JSON.stringify(all.result));
      }
      database.close();
    }
    return {
      "document.cookie": document.cookie,
      localStorage: storage(localStorage),
      sessionStorage: storage(sessionStorage),
      IndexedDB: databases.join("\n"),
      document: document.documentElement.outerHTML,
      address: location.href,
    };
  });

test("the page holds no token, and no answer brings one", async () => {
  const who = somebody();
  const { context, page } = await person(browser);
  const bodies = [];
  // Read on their way to the page: the browser does not hand out afterwards what was fetched with `keepalive`.
  await context.route("**/api/auth/**", async (route) => {
    // The stream has no end to wait for.
    if (route.request().url().endsWith("/events")) return route.continue();
    const answer = await route.fetch();
    bodies.push({ url: answer.url(), body: await answer.text() });
    await route.fulfill({ response: answer });
  });
  const canaries = new Set();
  const collect = async () => {
    for (const { name, value, httpOnly } of await context.cookies()) {
      assert.ok(httpOnly, `${name} is HttpOnly`);
      if (!name.endsWith("session_token")) continue;
      const whole = decodeURIComponent(value);
      canaries.add(value).add(whole).add(whole.slice(0, whole.lastIndexOf(".")));
    }
  };

  await signUp(page, server.origin, who);
  await collect();
  await sessionRows(page, 1);
  const change = page.getByRole("form", { name: "Change password" });
  await change.getByLabel("Current password", { exact: true }).fill(who.password);
  await change.getByLabel("New password", { exact: true }).fill("the second password");
  await change.getByRole("button", { name: "Change password" }).click();
  await change.getByText("Password changed.").waitFor();
  await collect();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await signedOutHeading(page).waitFor();
  await fillSignIn(page, { ...who, password: "the second password" });
  await signedInHeading(page).waitFor();
  await sessionRows(page, 1);
  await collect();

  assert.equal(canaries.size, 9, "three sessions, three forms each");
  const seen = await reachable(page);
  assert.ok(bodies.some(({ url }) => url.includes("/sign-up/email")) && bodies.some(({ url }) => url.includes("/devices")));
  const leaks = [];
  for (const canary of canaries) {
    for (const [where, text] of Object.entries(seen)) if (text.includes(canary)) leaks.push(where);
    for (const { url, body } of bodies) if (body.includes(canary)) leaks.push(new URL(url).pathname);
  }
  assert.deepEqual([...new Set(leaks)], []);
  assertNoComplaints(page);
  await context.close();
});

test("the page is served under a policy that allows nothing from elsewhere and nothing inline", async () => {
  const { context, page } = await person(browser);
  const answer = await page.goto(server.origin);
  const policy = answer.headers()["content-security-policy"] ?? "";
  assert.match(policy, /default-src 'self';/);
  assert.match(policy, /script-src 'self' 'wasm-unsafe-eval';/);
  assert.doesNotMatch(policy.replace("'wasm-unsafe-eval'", ""), /unsafe|\*|https?:|data:|blob:/);
  await signedOutHeading(page).waitFor();
  // The policy is in force: an inline script does not run.
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.head.append(script);
    return window.ran === true;
  });
  assert.equal(ran, false);
  await context.close();
});
