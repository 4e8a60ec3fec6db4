// The main promise: signed in once, signed in still (AU-1, AU-9, SS-6, SS-7).
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { assertNoComplaints, launch, launchWithProfile, openPage, person } from "../browser.mjs";
import { age, confirmed, endedHeading, forget, signedInHeading, signedOutHeading, signIn, signUp, somebody } from "../person.mjs";
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

test("a person signs up, reloads and is still signed in", async () => {
  const { context, page } = await person(browser);
  await signUp(page, server.origin, somebody());
  await page.reload();
  await signedInHeading(page).waitFor();
  assertNoComplaints(page);
  await context.close();
});

/** Somebody signed in whose reloaded page waits for the server's word until `release` is called. */
async function waiting(prepare) {
  const { context, page } = await person(browser);
  await signUp(page, server.origin, somebody());
  await prepare(page);
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/api/auth/get-session", async (route) => {
    await held;
    await route.continue();
  });
  await page.reload({ waitUntil: "load" });
  return { context, page, release };
}

test("a browser that remembers nobody shows no wrong state before the first answer", async () => {
  const { context, page, release } = await waiting(forget);
  await page.getByText("Looking for your session").waitFor();
  assert.equal(await signedOutHeading(page).count(), 0);
  assert.equal(await signedInHeading(page).count(), 0);
  release();
  await signedInHeading(page).waitFor();
  await confirmed(page);
  await context.close();
});

test("a browser that remembers somebody shows them at once, unconfirmed, and lets them change nothing yet", async () => {
  const { context, page, release } = await waiting(age);
  await signedInHeading(page).waitFor();
  await page.getByText("Remembered, asking the server").waitFor();
  assert.equal(await page.getByRole("button", { name: "Save name" }).getAttribute("aria-disabled"), "true");
  release();
  await confirmed(page);
  assert.equal(await page.getByRole("button", { name: "Save name" }).getAttribute("aria-disabled"), null);
  await context.close();
});

for (const signal of ["SIGTERM", "SIGKILL"]) {
  test(`a person stays signed in when the server is restarted after ${signal}`, async () => {
    const { context, page } = await person(browser);
    await signUp(page, server.origin, somebody());
    await server.restart(signal);
    await page.reload();
    await signedInHeading(page).waitFor();
    await context.close();
  });
}

/** Runs a browser on a profile of its own, closes it, and runs it again. */
async function restartBrowser(first, second) {
  const profile = await mkdtemp(join(tmpdir(), "stayd-profile-"));
  try {
    for (const visit of [first, second]) {
      const context = await launchWithProfile(profile);
      try {
        await visit(await openPage(context), context);
      } finally {
        await context.close();
      }
    }
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 20 });
  }
}

test("with remember me, a person stays signed in when the browser restarts", async () => {
  const who = somebody();
  await restartBrowser(
    (page) => signUp(page, server.origin, who, { remember: true }),
    async (page) => {
      await page.goto(server.origin);
      await signedInHeading(page).waitFor();
    },
  );
});

test("without remember me, a restart of the browser signs out", async () => {
  const who = somebody();
  const { context, page } = await person(browser);
  await signUp(page, server.origin, who);
  await context.close();
  await restartBrowser(
    async (page, context) => {
      await signIn(page, server.origin, who, { remember: false });
      await page.reload();
      await signedInHeading(page).waitFor();
      const cookies = await context.cookies();
      assert.deepEqual(cookies.filter(({ expires }) => expires !== -1), [], "only session cookies");
    },
    async (page, context) => {
      await page.goto(server.origin);
      await endedHeading(page).or(signedOutHeading(page)).waitFor();
      assert.equal(await page.getByText(who.email).count(), 0);
      assert.deepEqual(await context.cookies(), []);
      await page.reload();
      await signedOutHeading(page).waitFor();
    },
  );
});
