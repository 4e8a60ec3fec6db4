// Every state, in both themes, on a desk and on a telephone: checked by axe-core, and photographed
// for people to look at where STAYD_SCREENSHOTS=1 (AU-9, EN-7).
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { assertAccessible } from "../axe.mjs";
import { launch, person } from "../browser.mjs";
import {
  age,
  banner,
  confirmed,
  endedHeading,
  fillSignIn,
  heading,
  lookUntil,
  sessionRows,
  signedInHeading,
  signedOutHeading,
  signUp,
  somebody,
} from "../person.mjs";
import { nearTheEnd, reachTheEnd } from "../end.mjs";
import { startServer } from "../server.mjs";
import { until } from "../until.mjs";

const FOLDER = fileURLToPath(new URL("../screenshots/", import.meta.url));
/** Pictures are for people, who ask for them. */
const PICTURES = Boolean(process.env.STAYD_SCREENSHOTS);
const COLOURS = ["color-contrast", "color-contrast-enhanced", "link-in-text-block"];
const SIZES = { desk: { width: 1200, height: 820 }, phone: { width: 390, height: 800 } };
const DEVICES = {
  "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1": "phone",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0": "desk",
};

let server;
let browser;
let page;
before(async () => {
  if (PICTURES) await mkdir(FOLDER, { recursive: true });
  browser = await launch();
});
beforeEach(async (context) => {
  server = await startServer();
  const visitor = await person(browser);
  page = visitor.page;
  context.after(async () => {
    await visitor.context.close();
    await server.remove();
  });
});
after(() => browser?.close());

/** Waits until what is on the screen is what was asked for last, and nothing moves. */
const settled = () =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
  });

/** Checks and photographs what is on the screen. */
async function look(name) {
  for (const colorScheme of ["light", "dark"]) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize(viewport);
      const where = `${name}-${colorScheme}-${size}`;
      await settled();
      if (PICTURES) await page.screenshot({ path: `${FOLDER}${where}.png`, fullPage: true });
      // A theme changes colours and nothing else.
      await assertAccessible(page, where, colorScheme === "light" ? undefined : COLOURS);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(over <= 0, `${where} is ${over} px too wide`);
    }
  }
}

/** Signs in from elsewhere, as another device would. */
async function alsoOn(userAgent, who) {
  const answer = await fetch(`${server.origin}/api/auth/sign-in/email`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: server.origin, "user-agent": userAgent },
    body: JSON.stringify({ email: who.email, password: who.password }),
  });
  assert.equal(answer.status, 200);
}

test("signed out: sign in, a wrong password, sign up, missing fields", async () => {
  await page.goto(server.origin);
  await signedOutHeading(page).waitFor();
  await look("sign-in");
  await fillSignIn(page, somebody());
  await page.getByText("That e-mail and password do not match an account.").waitFor();
  await look("sign-in-wrong");
  await page.getByRole("tab", { name: "Sign up" }).click();
  await look("sign-up");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Enter your name.").waitFor();
  await look("sign-up-missing");
});

test("forgotten password: the request, the answer, the new password, a link that is not valid", async () => {
  const who = somebody();
  await signUp(page, server.origin, who);
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByRole("button", { name: "Forgot password?" }).click();
  const form = page.getByRole("form", { name: "Reset password" });
  await form.getByLabel("E-mail").fill(who.email);
  await form.getByRole("button", { name: "Send the link" }).click();
  await form.getByText("the link is on its way").waitFor();
  await look("forgot-sent");
  await page.goto(await server.linkInMail(who.email, "/reset-password/"));
  await heading(page, "Choose a new password").waitFor();
  await look("reset");
  await page.goto(`${server.origin}/?from=reset&error=INVALID_TOKEN`);
  await page.getByText("This link is not valid any more.").first().waitFor();
  await look("reset-invalid");
});

test("signed in: one session, three sessions, verified", async () => {
  const who = { ...somebody(), email: "ada@example.com" };
  await signUp(page, server.origin, who);
  await sessionRows(page, 1);
  await look("signed-in-first");
  for (const userAgent of Object.keys(DEVICES)) await alsoOn(userAgent, who);
  await page.reload();
  await sessionRows(page, 3);
  await page.getByText("Safari on iPhone").waitFor();
  await page.getByText("Firefox on Windows").waitFor();
  await look("signed-in");
  await page.getByRole("button", { name: "Send verification mail" }).click();
  await page.getByText("Sent. Follow the link in your mail.").waitFor();
  await page.goto(await server.linkInMail(who.email, "/verify-email"));
  await page.getByText("Your e-mail is verified.").first().waitFor();
  await sessionRows(page, 3);
  await look("signed-in-verified");
});

test("signed in with a very long name and address", async () => {
  const long = `${"w".repeat(50)}@${"example-".repeat(6)}x.example.com`;
  await signUp(page, server.origin, { name: "Wolfeschlegelsteinhausenbergerdorff".repeat(4), email: long, password: "correct horse" });
  await sessionRows(page, 1);
  await look("signed-in-long");
});

test("signed out from elsewhere", async () => {
  const who = somebody();
  await signUp(page, server.origin, who);
  await page.getByLabel("A note").fill("Half a thought, kept.");
  await page.context().clearCookies();
  await lookUntil(page, endedHeading(page));
  await look("ended");
});

test("signed out from elsewhere while nobody looked", async () => {
  await signUp(page, server.origin, somebody());
  await page.context().clearCookies();
  await age(page);
  await page.reload();
  await page.getByText("This session has ended. Sign in again to go on.").first().waitFor();
  await look("ended-unseen");
});

test("the server is away: before the first answer, and after", async () => {
  await page.route("**/api/auth/get-session", () => {});
  await page.goto(server.origin);
  await page.getByText("Looking for your session").waitFor();
  await look("loading");
  await page.route("**/api/auth/**", (route) => route.abort("connectionrefused"));
  // Not before: with its last route the browser lets go what was held, and the page would know who is signed in.
  await page.unroute("**/api/auth/get-session");
  await page.reload();
  await heading(page, "The server cannot be reached").waitFor();
  await look("unreachable");
  await page.unroute("**/api/auth/**");
  await signUp(page, server.origin, somebody());
  await sessionRows(page, 1);
  await server.stop("SIGKILL");
  await lookUntil(page, banner(page));
  await signedInHeading(page).waitFor();
  await look("outage");
  await page.getByRole("button", { name: "Sign out", exact: true }).click();
  await page.getByText("The server is told as soon as it can be reached.").waitFor();
  await look("signed-out-untold");
});

test("remembered and not confirmed yet, confirmed, offline", async () => {
  const asking = new Set();
  page.on("request", (request) => request.url().endsWith("/get-session") && asking.add(request));
  for (const end of ["requestfinished", "requestfailed"]) page.on(end, (request) => asking.delete(request));
  await signUp(page, server.origin, { ...somebody(), email: "ada@example.com" });
  await sessionRows(page, 1);
  await confirmed(page);
  // What it asks from here on would make what it remembers new again; what it has asked fails with the network, and is remembered as well.
  await page.route("**/api/auth/get-session", () => {});
  const before = [...asking];
  await until("what was asked before to be answered", () => !before.some((request) => asking.has(request)));
  await page.context().setOffline(true);
  await banner(page).getByText("You are offline.").waitFor();
  await look("offline");
  await page.context().setOffline(false);
  await banner(page).waitFor({ state: "detached" });
  await age(page);
  await page.reload();
  await page.getByText("Remembered, asking the server").waitFor();
  await look("rehydrating");
});

test("the end is near", async () => {
  await signUp(page, server.origin, { ...somebody(), email: "ada@example.com" });
  await sessionRows(page, 1);
  await nearTheEnd(page, { minutes: 4 });
  await banner(page).getByText("Your session ends in 4 minutes.").waitFor();
  await look("warning");
});

test("the end has come", async () => {
  const who = { ...somebody(), email: "ada@example.com" };
  await signUp(page, server.origin, who);
  await sessionRows(page, 1);
  await reachTheEnd(page);
  await endedHeading(page).waitFor();
  const form = page.getByRole("region", { name: "Sign in again" });
  assert.equal(await form.getByLabel("E-mail").inputValue(), who.email, "whoever waited until the end is most likely who comes back");
  await look("expired");
});

test("behind the scenes, in a browser that lacks something", async () => {
  await page.addInitScript(() => {
    delete Navigator.prototype.locks;
    delete window.BroadcastChannel;
  });
  await signUp(page, server.origin, somebody());
  await page.getByText("What happens", { exact: true }).click();
  await page.getByText("This browser lacks Web Locks").or(page.getByText("This browser lacks BroadcastChannel")).waitFor();
  await look("happenings");
});
