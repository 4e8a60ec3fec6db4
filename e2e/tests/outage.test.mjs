// The server or the network is away. Only the server ends a session, so the page keeps what it knows and says so (AU-4, AU-10, EN-11, SS-10).
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, person } from "../browser.mjs";
import {
  banner,
  confirmed,
  fillSignIn,
  forget,
  heading,
  lookUntil,
  sessionRows,
  signedInHeading,
  signedOutHeading,
  signUp,
  somebody,
} from "../person.mjs";
import { startServer } from "../server.mjs";
import { until } from "../until.mjs";

let server;
let browser;
before(async () => {
  browser = await launch();
});
after(() => browser?.close());
beforeEach(async () => {
  server = await startServer();
});
afterEach(() => server?.remove());

const saveName = (page) => page.getByRole("button", { name: "Save name" });
const isOff = async (button) => (await button.getAttribute("aria-disabled")) === "true";
const sessionCookies = async (context) =>
  (await context.cookies()).filter(({ name }) => name.endsWith("session_token"));

/**
 * From `hold()` to `release()` the page's questions wait for their answers: one sent while the server starts would fail, and the
 * next would come a minute later.
 */
async function holdingQuestions(page) {
  let held = null;
  let release = () => {};
  await page.route("**/api/auth/get-session*", async (route) => {
    await held;
    // The page may have given up by then.
    await route.continue().catch(() => {});
  });
  return { hold: () => void (held = new Promise((resolve) => (release = resolve))), release: () => release() };
}

test("a server that is away shows a banner and keeps the data", async () => {
  const who = somebody();
  const { context, page } = await person(browser);
  await signUp(page, server.origin, who);
  await sessionRows(page, 1);
  const questions = await holdingQuestions(page);
  await server.stop("SIGKILL");
  await lookUntil(page, banner(page));
  await banner(page).getByText("The server cannot be reached. You are not signed out.").waitFor();
  await signedInHeading(page).waitFor();
  await page.getByText(who.email).first().waitFor();
  await sessionRows(page, 1);
  assert.ok(await isOff(saveName(page)), "what changes something waits");
  assert.equal(await signedOutHeading(page).count(), 0);

  // The page asks by itself as well, and would take the button away.
  questions.hold();
  await server.start();
  await page.getByRole("button", { name: "Try again" }).click();
  questions.release();
  await banner(page).waitFor({ state: "detached" });
  await signedInHeading(page).waitFor();
  assert.ok(!(await isOff(saveName(page))));
  await context.close();
});

test("a sign-out while the server is away is seen at once, and reaches the server when it is back", async () => {
  const { context, page } = await person(browser);
  await signUp(page, server.origin, somebody());
  const [cookie] = await sessionCookies(context);
  await server.stop("SIGKILL");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await signedOutHeading(page).waitFor();
  await page.getByText("The server is told as soon as it can be reached.").waitFor();
  await server.start();
  await until("the server to be told", async () => (await sessionCookies(context)).length === 0);
  const answer = await fetch(`${server.origin}/api/auth/get-session`, { headers: { cookie: `${cookie.name}=${cookie.value}` } });
  assert.equal(await answer.text(), "null", "the session is over, not only forgotten here");
  await context.close();
});

test("the page finds the server again by itself", async () => {
  const { context, page } = await person(browser);
  await signUp(page, server.origin, somebody());
  const questions = await holdingQuestions(page);
  await server.stop();
  await lookUntil(page, banner(page));
  questions.hold();
  await server.start();
  questions.release();
  await banner(page).waitFor({ state: "detached" });
  await signedInHeading(page).waitFor();
  await context.close();
});

test("offline, the page shows what it knew, also after a reload, and changes wait for the network", async () => {
  const who = somebody();
  const { context, page } = await person(browser);
  await signUp(page, server.origin, who);
  await confirmed(page);
  await context.setOffline(true);
  await banner(page).getByText("You are offline.").waitFor();
  await page.getByText(who.email).first().waitFor();
  assert.ok(await isOff(saveName(page)));
  const form = page.getByRole("form", { name: "Change name" });
  await form.getByLabel("Name").fill("Typed offline");
  await form.getByLabel("Name").press("Enter");
  await form.getByRole("alert").getByText("What you typed stays here.").waitFor();

  await context.setOffline(false);
  await banner(page).waitFor({ state: "detached" });
  await until("the button to work", async () => !(await isOff(saveName(page))));
  await saveName(page).click();
  await heading(page, "Hello, Typed offline").waitFor();

  // The page itself comes from the browser's cache or not at all; here only the session server is out of reach.
  await page.route("**/api/auth/**", (route) => route.abort("internetdisconnected"));
  await page.reload();
  await heading(page, "Hello, Typed offline").waitFor();
  await context.close();
});

test("somebody signing in while the server is away keeps what was typed", async () => {
  const who = somebody();
  const { context, page } = await person(browser);
  await page.goto(server.origin);
  await signedOutHeading(page).waitFor();
  await server.stop();
  await fillSignIn(page, who);
  await page.getByRole("form", { name: "Sign in" }).getByText("The server cannot be reached.").waitFor();
  assert.equal(await page.getByRole("form", { name: "Sign in" }).getByLabel("E-mail").inputValue(), who.email);
  await server.start();
  await context.close();
});

test("a page that never got an answer says so and asks again", async () => {
  const { context, page } = await person(browser);
  await page.route("**/api/auth/**", (route) => route.abort("connectionrefused"));
  await page.goto(server.origin);
  await heading(page, "The server cannot be reached").waitFor();
  await page.unroute("**/api/auth/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await signedOutHeading(page).waitFor();
  await context.close();
});

test("a page whose questions are refused for good offers to sign in all the same", async () => {
  const who = somebody();
  const { context: before, page: first } = await person(browser);
  await signUp(first, server.origin, who);
  await before.close();
  const { context, page } = await person(browser);
  let refusing = true;
  await page.route("**/api/auth/get-session*", (route) =>
    refusing ? route.fulfill({ status: 403, contentType: "text/html", body: "<h1>Blocked" }) : route.continue(),
  );
  await page.goto(server.origin);
  await heading(page, "The server cannot answer").waitFor();
  await page.getByRole("button", { name: "Sign in" }).click();
  await signedOutHeading(page).waitFor();
  await fillSignIn(page, who);
  await page.getByRole("form", { name: "Sign in" }).getByRole("alert").waitFor();
  refusing = false;
  await fillSignIn(page, who);
  await signedInHeading(page).waitFor();
  await context.close();
});

test("an answer of 500 signs nobody out", async () => {
  const { context, page } = await person(browser);
  await signUp(page, server.origin, somebody());
  await page.route("**/api/auth/get-session", (route) =>
    route.fulfill({ status: 500, contentType: "application/json", body: "{}" }),
  );
  await lookUntil(page, banner(page));
  await signedInHeading(page).waitFor();
  await forget(page);
  await page.reload();
  await heading(page, "The server cannot answer").waitFor();
  await context.close();
});
