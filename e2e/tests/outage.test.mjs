// The server is away. Only the server ends a session, so the page keeps what it knows and says so.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, person } from "../browser.mjs";
import { fillSignIn, heading, lookAtTab, sessionRows, signedInHeading, signedOutHeading, signUp, somebody } from "../person.mjs";
import { startServer } from "../server.mjs";

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

const banner = (page) => page.locator("#banner").getByRole("alert");

test("a server that is away shows a banner and keeps the data", async () => {
  const who = somebody();
  const { context, page } = await person(browser);
  await signUp(page, server.origin, who);
  await sessionRows(page, 1);
  await server.stop("SIGKILL");
  await lookAtTab(page);
  await banner(page).waitFor();
  await signedInHeading(page).waitFor();
  await page.getByText(who.email).first().waitFor();
  await sessionRows(page, 1);

  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByRole("banner").getByText("The server cannot be reached. Nothing was changed").waitFor();
  assert.equal(await signedOutHeading(page).count(), 0);

  await server.start();
  await page.getByRole("button", { name: "Try again" }).click();
  await banner(page).waitFor({ state: "detached" });
  await signedInHeading(page).waitFor();
  await context.close();
});

test("the page finds the server again by itself", async () => {
  const { context, page } = await person(browser);
  await signUp(page, server.origin, somebody());
  await server.stop();
  await lookAtTab(page);
  await banner(page).waitFor();
  await server.start();
  await banner(page).waitFor({ state: "detached", timeout: 30_000 });
  await signedInHeading(page).waitFor();
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

test("an answer of 500 signs nobody out", async () => {
  const { context, page } = await person(browser);
  await signUp(page, server.origin, somebody());
  await page.route("**/api/auth/get-session", (route) =>
    route.fulfill({ status: 500, contentType: "application/json", body: "{}" }),
  );
  await lookAtTab(page);
  await banner(page).waitFor();
  await signedInHeading(page).waitFor();
  await context.close();
});
