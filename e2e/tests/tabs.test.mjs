// What the page shows in one tab of what happens in another, and how it warns of the end.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { assertNoComplaints, launch, openPage, person } from "../browser.mjs";
import { nearTheEnd } from "../end.mjs";
import { banner, confirmed, fillSignIn, heading, signedInHeading, signedOutHeading, signUp, somebody } from "../person.mjs";
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

/** One person with two tabs; `prepare` is given the first before the second is opened. */
async function twoTabs(prepare = async () => {}) {
  const who = somebody();
  const { context, page } = await person(browser);
  await signUp(page, server.origin, who);
  await prepare(page);
  const beside = await openPage(context);
  await beside.goto(server.origin);
  await confirmed(beside);
  return { who, context, page, beside };
}

test("a sign-out in one tab shows in the other at once, and a sign-in as well", async () => {
  const { who, context, page, beside } = await twoTabs();
  // At once: the server is told when the other tab has changed.
  let tell;
  const changed = new Promise((resolve) => (tell = resolve));
  await page.route("**/api/auth/sign-out", async (route) => {
    await changed;
    await route.continue();
  });
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await signedOutHeading(beside).waitFor();
  await beside.getByText("You are signed out.").first().waitFor();
  assert.equal(await beside.getByText(who.email).count(), 0);
  const told = page.waitForResponse("**/api/auth/sign-out");
  tell();
  await told;
  await fillSignIn(beside, who);
  await signedInHeading(beside).waitFor();
  await signedInHeading(page).waitFor();
  assertNoComplaints(page);
  assertNoComplaints(beside);
  await context.close();
});

test("a name changed in one tab is greeted in the other", async () => {
  const { context, page, beside } = await twoTabs();
  const form = page.getByRole("form", { name: "Change name" });
  await form.getByLabel("Name").fill("Countess Lovelace");
  await form.getByRole("button", { name: "Save name" }).click();
  await heading(beside, "Hello, Countess Lovelace").waitFor();
  await context.close();
});

test("the page warns before the end in every tab, and staying signed in closes the warning in all", async () => {
  let end;
  const { context, page, beside } = await twoTabs(async (first) => (end = await nearTheEnd(first, { minutes: 4 })));
  for (const tab of [page, beside]) await banner(tab).getByText("Your session ends in 4 minutes.").waitFor();
  await end.later();
  await beside.getByRole("button", { name: "Stay signed in" }).click();
  for (const tab of [page, beside]) await banner(tab).waitFor({ state: "detached" });
  await signedInHeading(page).waitFor();
  await context.close();
});

test("a warning that is dismissed in one tab is gone in the other, and the session goes on", async () => {
  const { context, page, beside } = await twoTabs((first) => nearTheEnd(first, { minutes: 4 }));
  for (const tab of [page, beside]) await banner(tab).waitFor();
  await beside.getByRole("button", { name: "Dismiss" }).click();
  for (const tab of [page, beside]) await banner(tab).waitFor({ state: "detached" });
  await signedInHeading(beside).waitFor();
  await context.close();
});

test("what happens is written down, and the recording can be downloaded and has no secret", async () => {
  const { who, context, page, beside } = await twoTabs();
  await page.getByText("What happens", { exact: true }).click();
  await page.getByRole("list").getByText("Signed in", { exact: true }).waitFor();
  await beside.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByRole("list").getByText("Signed out", { exact: true }).waitFor();
  await until("the flags", async () => /identity\s*anonymous/.test(await page.locator("#happenings").innerText()));
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Download recording" }).click(),
  ]);
  const recording = await readFile(await download.path());
  assert.equal(recording.subarray(0, 5).toString(), "STAYD");
  assert.ok(recording.length > 100);
  assert.ok(!recording.includes(who.email) && !recording.includes(who.name));
  assertNoComplaints(page);
  await context.close();
});
