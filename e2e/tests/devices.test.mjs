// The inventory: devices with names, and what an end does to the other browser (AA-6, AA-8, L-10).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoComplaints, launch, person } from "../browser.mjs";
import { endedHeading, sessionRows, signedInHeading, signedOutHeading, signIn, signUp, somebody } from "../person.mjs";
import { startServer } from "../server.mjs";
import { until } from "../until.mjs";
import { stored } from "./scenarios/scene.mjs";

const PHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1";

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer({ env: { STAYD_DEVICE_COOKIE: "on" } }), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

/** Somebody at a computer and at a telephone, both in sight of the list. */
async function laptopAndPhone() {
  const who = somebody();
  const [laptop, phone] = [await person(browser), await person(browser, { userAgent: PHONE })];
  await signUp(laptop.page, server.origin, who);
  const streaming = phone.page.waitForResponse((response) => response.url().endsWith("/api/auth/events"));
  await signIn(phone.page, server.origin, who);
  await streaming;
  await laptop.page.reload();
  await sessionRows(laptop.page, 2);
  return { who, laptop, phone, close: () => Promise.all([laptop.context.close(), phone.context.close()]) };
}

/** When something was pressed, or when the heading changed, on the clock that all pages share. */
const watch = (page) =>
  page.evaluate(() => {
    const now = () => performance.timeOrigin + performance.now();
    const before = document.querySelector("h1").textContent;
    addEventListener("click", () => (window.pressedAt ??= now()), { capture: true });
    new MutationObserver(() => {
      if (document.querySelector("h1")?.textContent !== before) window.changedAt ??= now();
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });

test("ending a session changes the other browser's view, without anybody looking at it", async (t) => {
  const { who, laptop, phone, close } = await laptopAndPhone();
  assert.ok((await stored(phone.page)).includes(who.email), "the person is remembered");
  await Promise.all([watch(laptop.page), watch(phone.page)]);
  await laptop.page.getByRole("button", { name: "End the session of Safari on iPhone" }).click();
  await endedHeading(phone.page).waitFor();
  await sessionRows(laptop.page, 1);
  const [pressed, changed] = [await laptop.page.evaluate(() => pressedAt), await phone.page.evaluate(() => changedAt)];
  t.diagnostic(`from the press to the other browser's view: ${(changed - pressed).toFixed(1)} ms`);
  // AU-14
  await until("every trace to be gone", async () => !(await stored(phone.page)).includes(who.email));
  assertNoComplaints(laptop.page);
  await close();
});

test("a device keeps the name it is given, through a sign-out as well", async () => {
  const { who, laptop, phone, close } = await laptopAndPhone();
  const { page } = laptop;
  await page.getByRole("button", { name: "Rename Chrome on Linux" }).click();
  const form = page.getByRole("form", { name: "Rename Chrome on Linux" });
  await form.getByRole("textbox").fill("Küche");
  await page.keyboard.press("Enter");
  await page.getByText("Küche", { exact: true }).waitFor();
  await page.getByText("Chrome on Linux · 127.0.0.1 · active now").waitFor();
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await signedOutHeading(page).waitFor();
  await signIn(page, server.origin, who);
  await page.getByText("Küche", { exact: true }).waitFor();
  // The other browser sees the name, and ends what is on it.
  await phone.page.reload();
  await phone.page.getByRole("button", { name: "End the session of Küche" }).click();
  await endedHeading(page).waitFor();
  await signedInHeading(phone.page).waitFor();
  await close();
});

test("several sessions on one device end with one press", async () => {
  const { who, laptop, phone, close } = await laptopAndPhone();
  // The same telephone once more: a program kept its device cookie and lost the rest.
  const cookies = await phone.context.cookies();
  const again = await browser.newContext({ userAgent: PHONE });
  await again.addCookies(cookies.filter(({ name }) => name.endsWith(".device")));
  const answer = await again.request.post(`${server.origin}/api/auth/sign-in/email`, {
    headers: { origin: server.origin },
    data: { email: who.email, password: who.password },
  });
  assert.ok(answer.ok());
  await laptop.page.reload();
  await sessionRows(laptop.page, 3);
  await laptop.page.getByRole("button", { name: "End all sessions on Safari on iPhone" }).first().click();
  await sessionRows(laptop.page, 1);
  await endedHeading(phone.page).waitFor();
  await again.close();
  await close();
});
