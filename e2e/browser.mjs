// Debian's Chromium, driven by playwright-core, with every complaint of the page written down.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { CHROMIUM_FOR_PLAYWRIGHT, FLAGS_FOR_PLAYWRIGHT } from "./flags.mjs";

const OPTIONS = {
  executablePath: CHROMIUM_FOR_PLAYWRIGHT,
  headless: true,
  args: FLAGS_FOR_PLAYWRIGHT,
};
const PAGE = { viewport: { width: 1200, height: 900 }, locale: "en-GB", reducedMotion: "reduce" };

export const launch = () => chromium.launch(OPTIONS);

/** A browser as a person has it: what it keeps stays in `profile` when it is closed. */
export const launchWithProfile = (profile) => chromium.launchPersistentContext(profile, { ...OPTIONS, ...PAGE });

/** A context (a browser of its own, as far as cookies go) and a page in it. */
export async function person(browser, options = {}) {
  const context = await browser.newContext({ ...PAGE, ...options });
  return { context, page: await openPage(context) };
}

/** A new page that writes down console errors, uncaught errors and CSP violations. */
export async function openPage(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") {
      page.complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) =>
      console.error(`CSP ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  return page;
}

/** Fails on any complaint but those a test provokes on purpose. Chromium itself reports every 4xx and failed fetch. */
export function assertNoComplaints(page, expected = []) {
  const rest = page.complaints.filter((words) => !expected.some((pattern) => pattern.test(words)));
  assert.deepEqual(rest, []);
}
