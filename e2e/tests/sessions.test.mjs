// Ending sessions, here and elsewhere, and what becomes of the work in the page (EN-7).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoComplaints, launch, openPage, person } from "../browser.mjs";
import {
  age,
  banner,
  endedHeading,
  fillSignIn,
  forget,
  hasFocus,
  lookUntil,
  noneRemembered,
  reloadUntil,
  sessionRows,
  signedInHeading,
  signedOutHeading,
  signIn,
  signUp,
  somebody,
} from "../person.mjs";
import { startServer } from "../server.mjs";
import { until } from "../until.mjs";

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

/** The same person in two browsers. */
async function twoBrowsers() {
  const who = somebody();
  const [here, there] = [await person(browser), await person(browser)];
  await signUp(here.page, server.origin, who);
  await signIn(there.page, server.origin, who);
  await here.page.reload();
  return { who, here, there, close: () => Promise.all([here.context.close(), there.context.close()]) };
}

/** Neither in sight nor in the page at all: name, address, and where else they are signed in. */
async function assertNothingOf(who, page) {
  const all = await page.evaluate(() => {
    const values = [...document.querySelectorAll("input, textarea")].map(({ value }) => value);
    return [document.title, document.body.textContent, ...values].join("\n");
  });
  for (const part of [who.name, who.email, "127.0.0.1", "This device"]) assert.ok(!all.includes(part), `the page has ${part}`);
}

test("the list shows both sessions and marks this one", async () => {
  const { here, close } = await twoBrowsers();
  const rows = await sessionRows(here.page, 2);
  assert.match(await rows.nth(0).innerText(), /on Linux\s+This device/);
  assert.doesNotMatch(await rows.nth(1).innerText(), /This device/);
  assert.match(await rows.nth(1).innerText(), /127\.0\.0\.1 · last active just now · signed in just now/);
  await close();
});

test("one of two sessions is ended, and its browser says so when it looks again, with nothing of the person in sight", async () => {
  const { who, here, there, close } = await twoBrowsers();
  const rows = await sessionRows(here.page, 2);
  await rows.nth(1).getByRole("button", { name: /^End/ }).click();
  await sessionRows(here.page, 1);
  await until("the focus on the list", () =>
    hasFocus(here.page.getByRole("heading", { name: "Where you are signed in" })),
  );
  await signedInHeading(here.page).waitFor();
  await lookUntil(there.page, endedHeading(there.page));
  await banner(there.page).getByText("Your session has ended.").waitFor();
  await assertNothingOf(who, there.page);
  await noneRemembered(there.page);
  await there.page.reload();
  await signedOutHeading(there.page).waitFor();
  await assertNothingOf(who, there.page);
  await here.page.reload();
  await signedInHeading(here.page).waitFor();
  assertNoComplaints(here.page);
  await close();
});

test("a session that ended while nobody looked is told at the next visit", async () => {
  const { who, here, there, close } = await twoBrowsers();
  await age(there.page);
  await there.page.close();
  await here.page.getByRole("button", { name: "End all others" }).click();
  await sessionRows(here.page, 1);
  const page = await openPage(there.context);
  await page.goto(server.origin);
  await signedOutHeading(page).waitFor();
  await page.getByText("This session has ended. Sign in again to go on.").first().waitFor();
  await assertNothingOf(who, page);
  await close();
});

test("ending this session in the list signs out here", async () => {
  const { here, there, close } = await twoBrowsers();
  const rows = await sessionRows(here.page, 2);
  await rows.nth(0).getByRole("button", { name: /^End this session/ }).click();
  await endedHeading(here.page).waitFor();
  await noneRemembered(here.page);
  await here.page.reload();
  await signedOutHeading(here.page).waitFor();
  await there.page.reload();
  await signedInHeading(there.page).waitFor();
  await close();
});

test("all other sessions are ended at once", async () => {
  const { who, here, there, close } = await twoBrowsers();
  const third = await person(browser);
  await signIn(third.page, server.origin, who);
  await here.page.reload();
  await sessionRows(here.page, 3);
  await here.page.getByRole("button", { name: "End all others" }).click();
  await sessionRows(here.page, 1);
  for (const { page } of [there, third]) {
    await reloadUntil(page, signedOutHeading(page));
  }
  await here.page.reload();
  await signedInHeading(here.page).waitFor();
  await third.context.close();
  await close();
});

test("signing out ends the session, in this tab and in the one beside it", async () => {
  const { context, page } = await person(browser);
  await signUp(page, server.origin, somebody());
  const beside = await openPage(context);
  await beside.goto(server.origin);
  await signedInHeading(beside).waitFor();
  const [cookie] = (await context.cookies()).filter(({ name }) => name.endsWith("session_token"));
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await signedOutHeading(page).waitFor();
  await page.getByText("You are signed out.").first().waitFor();
  assert.ok(await hasFocus(signedOutHeading(page)), "the focus is on the new heading");
  await signedOutHeading(beside).waitFor();
  // What is shown waits for nobody; the cookie is the server's to take back.
  await until("the cookie to be gone", async () => !(await context.cookies()).some(({ name }) => name.endsWith("session_token")));
  // The cookie as it was opens nothing any more.
  await context.addCookies([cookie]);
  await forget(page);
  await page.reload();
  await signedOutHeading(page).waitFor();
  assertNoComplaints(page);
  await context.close();
});

test("going back to the page after its session was ended elsewhere shows nobody", async () => {
  const { who, here, there, close } = await twoBrowsers();
  await there.page.goto("about:blank");
  const rows = await sessionRows(here.page, 2);
  await rows.nth(1).getByRole("button", { name: /^End/ }).click();
  await sessionRows(here.page, 1);
  await there.page.goBack();
  await lookUntil(there.page, endedHeading(there.page).or(signedOutHeading(there.page)));
  await assertNothingOf(who, there.page);
  await close();
});

test("a session too old to see the list is asked for the password, and the rest of the page works", async () => {
  const { context, page } = await person(browser);
  const who = somebody();
  await signUp(page, server.origin, who);
  // What the server answers a day after the sign-in; its clock cannot be turned from here.
  let isStale = true;
  const refusal = { status: 403, json: { code: "SESSION_NOT_FRESH", message: "Session is not fresh" } };
  await page.route("**/api/auth/devices", (route) => (isStale ? route.fulfill(refusal) : route.continue()));
  page.on("response", (response) => (isStale &&= !(response.url().endsWith("/step-up") && response.ok())));
  await page.reload();
  await page.getByRole("alert").getByText("You signed in too long ago for this.").waitFor();
  await page.getByRole("form", { name: "Change name" }).getByRole("button", { name: "Save name" }).click();
  await page.getByText("Name saved.").waitFor();

  const proof = page.getByRole("form", { name: "Confirm that it is you" });
  await proof.getByLabel("Password", { exact: true }).fill("not this one");
  await proof.getByRole("button", { name: "Confirm" }).click();
  await proof.getByRole("alert").getByText("The current password is not right.").waitFor();
  await proof.getByLabel("Password", { exact: true }).fill(who.password);
  await proof.getByRole("button", { name: "Confirm" }).click();
  await sessionRows(page, 1);
  assert.equal(await proof.count(), 0);
  await context.close();
});

test("work in the page outlives the end of the session, and goes on after signing in in place", async () => {
  const { who, here, there, close } = await twoBrowsers();
  const { page } = there;
  await page.getByLabel("A note").fill("half a thought");
  await page.getByRole("form", { name: "Change name" }).getByLabel("Name").fill("Countess Lovelace");
  await page.getByRole("form", { name: "Change password" }).getByLabel("Current password", { exact: true }).fill(who.password);
  await page.getByLabel("A note").focus();
  await here.page.getByRole("button", { name: "End all others" }).click();
  await sessionRows(here.page, 1);
  await lookUntil(page, endedHeading(page));
  assert.ok(await hasFocus(page.getByLabel("A note")), "whoever types is not interrupted");
  assert.equal(await page.getByRole("button", { name: "Save name" }).getAttribute("aria-disabled"), "true");
  assert.equal(await page.getByRole("button", { name: "Sign out", exact: true }).count(), 0);

  await page.locator("#banner").getByRole("button", { name: "Sign in" }).click();
  assert.ok(await hasFocus(page.getByLabel("E-mail")), "the banner leads to the form");
  await fillSignIn(page, who);
  await signedInHeading(page).waitFor();
  await banner(page).waitFor({ state: "detached" });
  assert.equal(await page.getByLabel("A note").inputValue(), "half a thought");
  const password = page.getByRole("form", { name: "Change password" }).getByLabel("Current password", { exact: true });
  assert.equal(await password.inputValue(), "", "a password is not kept");
  await page.getByRole("button", { name: "Save name" }).click();
  await page.getByRole("heading", { name: "Hello, Countess Lovelace" }).waitFor();
  await close();
});

test("somebody else who signs in in place finds nothing of the one before", async () => {
  const { who, here, there, close } = await twoBrowsers();
  const other = { ...somebody("Grace Hopper") };
  const third = await person(browser);
  await signUp(third.page, server.origin, other);
  await there.page.getByLabel("A note").fill("half a thought");
  await here.page.getByRole("button", { name: "End all others" }).click();
  await sessionRows(here.page, 1);
  await lookUntil(there.page, endedHeading(there.page));
  await fillSignIn(there.page, other);
  await there.page.getByRole("heading", { name: "Hello, Grace Hopper" }).waitFor();
  assert.equal(await there.page.getByLabel("A note").inputValue(), "");
  assert.equal(await there.page.getByText(who.email).count(), 0);
  await third.context.close();
  await close();
});
