// The whole page without a mouse.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoComplaints, launch, person } from "../browser.mjs";
import { hasFocus, reloadUntil, sessionRows, signedInHeading, signedOutHeading, signIn, signUp, somebody } from "../person.mjs";
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

/** The name of what has the focus, as assistive technology computes it from label, aria-label or text. */
const focused = (page) =>
  page.evaluate(() => {
    const now = document.activeElement;
    return now.getAttribute("aria-label") ?? now.labels?.[0]?.textContent ?? now.textContent.trim();
  });

/** Presses Tab as often as there are names, and expects to stop at each. */
async function tabThrough(page, names) {
  for (const name of names) {
    await page.keyboard.press("Tab");
    assert.equal(await focused(page), name);
  }
}

test("a person signs up and signs out by keyboard alone", async () => {
  const who = somebody();
  const { context, page } = await person(browser);
  await page.goto(server.origin);
  await signedOutHeading(page).waitFor();
  await tabThrough(page, ["Skip to content", "Sign in"]);
  await page.keyboard.press("ArrowRight");
  assert.equal(await focused(page), "Sign up");
  for (const [field, value] of [["Name", who.name], ["E-mail", who.email], ["Password", who.password]]) {
    await tabThrough(page, [field]);
    await page.keyboard.type(value);
  }
  await tabThrough(page, ["Show password", "Remember me"]);
  await page.keyboard.press("Space");
  assert.equal(await page.getByLabel("Remember me").last().isChecked(), false);
  await tabThrough(page, ["Create account"]);
  await page.keyboard.press("Enter");
  await signedInHeading(page).waitFor();
  await until("the focus on the greeting", () => hasFocus(signedInHeading(page)));
  await page.keyboard.press("Shift+Tab");
  assert.equal(await focused(page), "Sign out");
  await page.keyboard.press("Enter");
  await signedOutHeading(page).waitFor();
  assert.ok(await hasFocus(signedOutHeading(page)));
  assertNoComplaints(page);
  await context.close();
});

test("a person signs in by keyboard alone, with Enter in the password", async () => {
  const who = somebody();
  const { context, page } = await person(browser);
  await signUp(page, server.origin, who);
  await context.clearCookies();
  await reloadUntil(page, signedOutHeading(page));
  await page.reload();
  await signedOutHeading(page).waitFor();
  await tabThrough(page, ["Skip to content", "Sign in", "E-mail"]);
  await page.keyboard.type(who.email);
  await tabThrough(page, ["Password"]);
  await page.keyboard.type(who.password);
  await page.keyboard.press("Enter");
  await until("the focus on the greeting", () => hasFocus(signedInHeading(page)));
  await context.close();
});

test("a session is ended by keyboard, and the focus stays in the list", async () => {
  const who = somebody();
  const [here, there] = [await person(browser), await person(browser)];
  await signUp(here.page, server.origin, who);
  await signIn(there.page, server.origin, who);
  await here.page.reload();
  const rows = await sessionRows(here.page, 2);
  await rows.nth(1).getByRole("button").focus();
  await here.page.keyboard.press("Enter");
  await sessionRows(here.page, 1);
  await until("the focus on the list", async () => (await focused(here.page)) === "Where you are signed in");
  await until("the words for a screen reader", async () => (await here.page.locator("#said").innerText()) === "Session ended.");
  await here.context.close();
  await there.context.close();
});

test("the skip link leads past the header, and every stop shows its focus", async () => {
  const { context, page } = await person(browser);
  await signUp(page, server.origin, somebody());
  await page.reload();
  await sessionRows(page, 1);
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "Skip to content");
  await page.keyboard.press("Enter");
  const seen = [];
  await until("the end of the page", async () => {
    await page.keyboard.press("Tab");
    const stop = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return { body: document.activeElement === document.body, outline: parseFloat(style.outlineWidth), shown: style.outlineStyle };
    });
    if (stop.body) return true;
    seen.push(await focused(page));
    assert.ok(stop.shown !== "none" && stop.outline >= 2, `${seen.at(-1)} shows its focus`);
    return seen.length > 30;
  });
  assert.equal(seen[0], "Send verification mail");
  assert.ok(seen.includes("Save name") && seen.includes("Change password"));
  await context.close();
});
