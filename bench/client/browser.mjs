// Debian's Chromium, and what a measurement does with it: people with several tabs, sign-in, and reading the page's log.
import { setTimeout as wait } from "node:timers/promises";
import { chromium } from "playwright-core";

const ARGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** @param {{ backForwardCache?: boolean }} options Playwright switches the back/forward cache off unless told otherwise. */
export function launch({ backForwardCache = false } = {}) {
  return chromium.launch({
    executablePath: process.env.STAYD_CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: ARGS,
    ignoreDefaultArgs: backForwardCache ? ["--disable-back-forward-cache"] : [],
  });
}

/** Asks until `question` answers something true; `null` after `timeout` milliseconds. A page that is navigating has no answer. */
export async function within(timeout, question) {
  const end = Date.now() + timeout;
  for (;;) {
    const answer = await question().catch(() => null);
    if (answer) return answer;
    if (Date.now() > end) return null;
    await wait(10);
  }
}

/** A page of `context` at `path`, loaded and with its client created. */
export async function openTab(context, site, path = "/app") {
  const page = await context.newPage();
  await page.goto(site.origin + path);
  await page.waitForFunction(() => globalThis.bench?.created);
  return page;
}

/** What the client in this tab says: `{ status: "in" | "out" | "unknown" | "error", name }`. */
export const stateOf = (page) => page.evaluate(() => globalThis.bench.state());

/** The person is shown, and not from memory alone. */
export const isIn = ({ status, verified }) => status === "in" && verified !== false;

/** Waits until the client in this tab says `status`; false after `timeout` milliseconds. */
export async function becomes(page, status, timeout = 5000) {
  return (await within(timeout, async () => (await stateOf(page)).status === status)) !== null;
}

/** Signs the person in, also where that leads away from the page and back. */
export async function signIn(page) {
  await page
    .evaluate(() => {
      globalThis.bench.leaving = globalThis.bench.redirects;
      return globalThis.bench.signIn();
    })
    .catch(() => null);
  // A page that leads away may still be there, saying what it said before.
  const back = async () => !(await page.evaluate(() => globalThis.bench.leaving)) && (await stateOf(page)).status === "in";
  if ((await within(10_000, back)) === null) {
    const said = await page.evaluate(() => [globalThis.bench.state(), globalThis.bench.failure]).catch(String);
    throw new Error(`sign-in did not work: ${JSON.stringify(said)}`);
  }
}

/** Waits until no request has reached the site for `quiet` milliseconds, at most `timeout`. */
export async function settled(site, quiet = 300, timeout = 15_000) {
  const start = Date.now();
  for (;;) {
    const last = site.requests.at(-1)?.at ?? start;
    if (Date.now() - Math.max(last, start) >= quiet + site.delay || Date.now() - start > timeout) return;
    await wait(20);
  }
}

/** A tab whose person is signed in with a token that has expired: calls are refused until there has been one renewal. */
export async function expiredTab(context, { peer, site, server }) {
  const page = await openTab(context, site);
  if (server.tokens) server.tokens.lifetime = peer.expired;
  await signIn(page);
  await settled(site);
  if (server.tokens) server.tokens.lifetime = 3600;
  await wait(peer.expiredAfter ?? 0);
  server.arm?.();
  return page;
}
