// Passwords, names, and what comes by mail.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertNoComplaints, launch, person } from "../browser.mjs";
import { fillSignIn, hasFocus, heading, reloadUntil, sessionRows, signedInHeading, signedOutHeading, signIn, signUp, somebody } from "../person.mjs";
import { startServer } from "../server.mjs";
import { until } from "../until.mjs";

const FAILED_LOAD = /Failed to load resource/;
const NEW_PASSWORD = "a quite different one";

let server;
let browser;
before(async () => {
  [server, browser] = await Promise.all([startServer(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

/** A person with an account, signed out. */
async function member() {
  const who = somebody();
  const { context, page } = await person(browser);
  await signUp(page, server.origin, who);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await signedOutHeading(page).waitFor();
  return { who, context, page };
}

test("a wrong password shows an error that a screen reader hears", async () => {
  const { who, context, page } = await member();
  await fillSignIn(page, { ...who, password: "not the password" });
  const alert = page.getByRole("form", { name: "Sign in" }).getByRole("alert");
  await until("the alert", async () => (await alert.innerText()) !== "");
  assert.equal(await alert.innerText(), "That e-mail and password do not match an account.");
  const password = page.getByRole("form", { name: "Sign in" }).getByLabel("Password", { exact: true });
  assert.ok(await hasFocus(password), "the focus is on the password, ready to type");
  await fillSignIn(page, who);
  await signedInHeading(page).waitFor();
  assertNoComplaints(page, [FAILED_LOAD]);
  await context.close();
});

test("an unknown account is told the same as a wrong password", async () => {
  const { context, page } = await person(browser);
  await page.goto(server.origin);
  await fillSignIn(page, somebody());
  await page.getByText("That e-mail and password do not match an account.").waitFor();
  await context.close();
});

const attempt = (origin, { email, password }) =>
  fetch(`${origin}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin },
    body: JSON.stringify({ email, password }),
  });

test("too many attempts are told how long to wait", async () => {
  const strict = await startServer({ env: { STAYD_RATE_LIMIT: undefined } });
  const { context, page } = await person(browser);
  try {
    await page.goto(strict.origin);
    const words = page.getByRole("form", { name: "Sign in" }).getByRole("alert");
    await until("the limit", async () => {
      const before = page.waitForResponse((response) => response.url().endsWith("/sign-in/email"));
      // Others at the same address, so that no hash is waited for: the person's own attempt is the fourth in ten seconds.
      const others = [1, 2, 3].map(() => attempt(strict.origin, somebody()));
      await Promise.all([fillSignIn(page, somebody()), ...others]);
      await before;
      await until("an answer in words", async () => (await words.innerText()) !== "");
      return /^Too many attempts\. Try again in \d+ seconds?\.$/.test(await words.innerText());
    });
  } finally {
    await context.close();
    await strict.remove();
  }
});

test("a second account with the same e-mail is refused in words", async () => {
  const { who, context, page } = await member();
  await page.getByRole("tab", { name: "Sign up" }).click();
  const form = page.getByRole("form", { name: "Sign up" });
  await form.getByLabel("Name").fill(who.name);
  await form.getByLabel("E-mail").fill(who.email);
  await form.getByLabel("Password", { exact: true }).fill(who.password);
  await form.getByRole("button", { name: "Create account" }).click();
  await form.getByText("There is an account with this e-mail already.").waitFor();
  await context.close();
});

test("empty and incomplete fields are named beside the field, and nothing is sent", async () => {
  const { context, page } = await person(browser);
  const sent = [];
  await page.goto(server.origin);
  page.on("request", (request) => request.method() === "POST" && sent.push(request.url()));
  const form = page.getByRole("form", { name: "Sign in" });
  await form.getByLabel("E-mail").fill("ada@");
  await form.getByRole("button", { name: "Sign in" }).click();
  const email = form.getByLabel("E-mail");
  assert.equal(await email.getAttribute("aria-invalid"), "true");
  assert.ok(await hasFocus(email));
  await form.getByText("Enter a complete e-mail address").waitFor();
  await form.getByText("Enter your password.").waitFor();
  assert.deepEqual(sent, []);
  await context.close();
});

test("a forgotten password is set anew by the link in the mail, once", async () => {
  const { who, context, page } = await member();
  await page.getByRole("button", { name: "Forgot password?" }).click();
  const form = page.getByRole("form", { name: "Reset password" });
  await form.getByLabel("E-mail").fill(who.email);
  await form.getByRole("button", { name: "Send the link" }).click();
  await form.getByText("the link is on its way").waitFor();

  const link = await server.linkInMail(who.email, "/reset-password/");
  await page.goto(link);
  await heading(page, "Choose a new password").waitFor();
  assert.equal(new URL(page.url()).search, "", "the token is out of the address bar");
  await page.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
  await page.getByText("Your password is set. Use it to sign in.").first().waitFor();

  await fillSignIn(page, who);
  await page.getByText("That e-mail and password do not match an account.").waitFor();
  await fillSignIn(page, { ...who, password: NEW_PASSWORD });
  await signedInHeading(page).waitFor();

  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await signedOutHeading(page).waitFor();
  await page.goto(link);
  await page.getByText("This link is not valid any more. Ask for a new one.").first().waitFor();
  await page.getByRole("form", { name: "Reset password" }).waitFor();
  assertNoComplaints(page, [FAILED_LOAD]);
  await context.close();
});

test("an address is verified by the link in the mail", async () => {
  const who = somebody();
  const { context, page } = await person(browser);
  await signUp(page, server.origin, who);
  const details = page.getByRole("region", { name: "This session" });
  await details.getByText("Not verified").waitFor();
  await details.getByRole("button", { name: "Send verification mail" }).click();
  await details.getByText("Sent. Follow the link in your mail.").waitFor();
  await page.goto(await server.linkInMail(who.email, "/verify-email"));
  await page.getByText("Your e-mail is verified.").first().waitFor();
  await details.getByText("Verified", { exact: true }).waitFor();
  assert.equal(new URL(page.url()).search, "");
  assertNoComplaints(page);
  await context.close();
});

test("a verification link that was tampered with says so, and puts no words into the page", async () => {
  const { context, page } = await person(browser);
  await page.goto(`${server.origin}/api/auth/verify-email?token=bad&callbackURL=${encodeURIComponent("/?from=verification")}`);
  await page.getByText("This link is not valid any more.").first().waitFor();
  await signedOutHeading(page).waitFor();
  for (const code of ["Your account is locked. Call 555-1234", "constructor"]) {
    await page.goto(`${server.origin}/?from=verification&error=${encodeURIComponent(code)}`);
    await page.getByText("This link did not work.").first().waitFor();
  }
  await context.close();
});

test("a changed password ends the other sessions and opens the account", async () => {
  const who = somebody();
  const [here, there] = [await person(browser), await person(browser)];
  await signUp(here.page, server.origin, who);
  await signIn(there.page, server.origin, who);
  const form = here.page.getByRole("form", { name: "Change password" });
  await form.getByLabel("Current password", { exact: true }).fill("not the password");
  await form.getByLabel("New password", { exact: true }).fill(NEW_PASSWORD);
  await form.getByRole("button", { name: "Change password" }).click();
  await form.getByText("The current password is not right.").waitFor();
  await form.getByLabel("Current password", { exact: true }).fill(who.password);
  await form.getByRole("button", { name: "Change password" }).click();
  await form.getByText("Password changed.").waitFor();
  await sessionRows(here.page, 1);
  await here.page.reload();
  await signedInHeading(here.page).waitFor();
  await reloadUntil(there.page, signedOutHeading(there.page));
  await fillSignIn(there.page, { ...who, password: NEW_PASSWORD });
  await signedInHeading(there.page).waitFor();
  await here.context.close();
  await there.context.close();
});

test("a changed name is greeted, and is text whatever it holds", async () => {
  const { context, page } = await person(browser);
  await signUp(page, server.origin, somebody());
  const odd = `<img src=x onerror="document.title='run'"> 2026-01-01T00:00:00Z & Ünï`;
  const form = page.getByRole("form", { name: "Change name" });
  await form.getByLabel("Name").fill(odd);
  await form.getByRole("button", { name: "Save name" }).click();
  await heading(page, `Hello, ${odd}`).waitFor();
  await page.reload();
  await heading(page, `Hello, ${odd}`).waitFor();
  assert.equal(await page.title(), "Signed in · Stayd demo");
  assertNoComplaints(page);
  await context.close();
});
