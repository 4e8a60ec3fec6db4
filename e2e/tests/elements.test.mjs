// The custom elements of `stayd/elements`, in each of their states, languages, directions and colours.
import assert from "node:assert/strict";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { PAGES, POLICY } from "../adapters/elements.mjs";
import { startSite } from "../app/site.mjs";
import { assertAccessible } from "../axe.mjs";
import { assertNoComplaints, launch, openPage, person } from "../browser.mjs";
import { somebody } from "../person.mjs";
import { until } from "../until.mjs";

let site;
let browser;
let who;
let pictures;
let cookies;
before(async () => {
  [site, browser] = await Promise.all([startSite({ pages: PAGES, headers: { "content-security-policy": POLICY } }), launch()]);
  who = somebody();
  await post("/sign-up/email", who);
  // To look at: STAYD_PICTURES names a folder that stays.
  pictures = process.env.STAYD_PICTURES ?? (await mkdtemp(join(tmpdir(), "stayd-elements-")));
  await mkdir(pictures, { recursive: true });
});
after(async () => {
  await browser?.close();
  await site?.remove();
});

/** A request of another device; answers its cookie. */
async function post(path, body, userAgent = "curl/8") {
  const headers = { "content-type": "application/json", origin: site.origin, "user-agent": userAgent };
  const answer = await fetch(`${site.server.origin}/api/auth${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
  return answer.headers.getSetCookie();
}

/** A page of the session that most tests share: each sign-in costs the server half a second of hashing. */
async function shared(options) {
  const { context, page } = await person(browser, options);
  cookies ??= (await post("/sign-in/email", who)).map((cookie) => {
    const [name, value] = cookie.split(";")[0].split("=");
    return { name, value, url: site.origin };
  });
  await context.addCookies(cookies);
  await page.goto(site.origin);
  await until("the session", () => page.evaluate(() => window.session.get().canMutate));
  return { context, page };
}

/** A page of a session of its own. */
async function signedIn(options) {
  const { context, page } = await person(browser, options);
  await page.goto(site.origin);
  const result = await page.evaluate(({ email, password }) => window.session.signIn({ email, password }), who);
  assert.deepEqual(result, { ok: true });
  return { context, page };
}

/** The server says from now on that every session ends in so many minutes. */
function endsIn(minutes) {
  site.fault = async ({ path }, pass) => {
    const answer = await pass();
    if (path !== "/get-session" || !answer.body.length) return answer;
    const found = JSON.parse(answer.body);
    const from = (ms) => new Date(Date.now() + ms).toISOString();
    if (found) Object.assign(found.session, { expiresAt: from(minutes * 60_000 - 5000), updatedAt: from(-7 * 86_400_000) });
    const body = JSON.stringify(found);
    return { ...answer, headers: { ...answer.headers, "content-length": Buffer.byteLength(body) }, body };
  };
}
/** The server says that nobody is signed in. */
const endsNow = () => {
  site.fault = async ({ path }, pass) => (path === "/get-session" ? { status: 200, headers: { "content-type": "application/json" }, body: "null" } : pass());
};
const serverAway = () => {
  site.fault = async () => null;
};
const serverBack = () => {
  site.fault = null;
};

beforeEach(serverBack);

const refresh = (page) => page.evaluate(() => window.session.refresh());
const warning = (page) => page.getByRole("region", { name: "Your session ends soon" });
const ended = (page) => page.getByRole("region", { name: "Your session has ended" });
const rows = (page) => page.getByRole("list", { name: "Where you are signed in" }).getByRole("listitem");
const draft = (page) => page.getByLabel("A draft");
const gone = (locator) => locator.waitFor({ state: "detached" });
/** The element with the focus, through shadow roots. */
const focused = (page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.textContent || at?.getAttribute("name") || at?.localName;
  });

/** Checks a state with axe, light and dark, and takes its pictures. */
async function look(page, name) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate((scheme) => (document.documentElement.style.colorScheme = scheme), colorScheme);
    await assertAccessible(page, `${name}, ${colorScheme}`);
    await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) });
  }
}

test("the warning comes before the end in every tab, and staying signed in closes it in all", async () => {
  const { context, page } = await shared();
  const beside = await openPage(context);
  await beside.goto(site.origin);
  await page.bringToFront();
  endsIn(4);
  await draft(page).focus();
  await refresh(page);
  for (const tab of [page, beside]) await warning(tab).getByRole("alert").getByText("Your session ends in 4 minutes.").waitFor();
  assert.equal(await focused(page), "textarea", "it takes no focus");
  await look(page, "warning");

  // The server that does not move the end, and the one that cannot be reached.
  await warning(page).getByRole("button", { name: "Stay signed in" }).click();
  await warning(page).getByText("The server does not move the end.").waitFor();
  await look(page, "warning-not-moved");
  serverBack();
  await draft(page).focus();
  await warning(page).getByRole("button", { name: "Stay signed in" }).focus();
  await page.keyboard.press("Enter");
  for (const tab of [page, beside]) await gone(warning(tab));
  assert.equal(await focused(page), "textarea", "the focus is back where it was");

  endsIn(3);
  await refresh(page);
  await warning(beside).getByText("3 minutes").waitFor();
  await warning(page).getByRole("button", { name: "Dismiss" }).focus();
  await page.keyboard.press("Escape");
  for (const tab of [page, beside]) await gone(warning(tab));
  serverBack();
  for (const tab of [page, beside]) assertNoComplaints(tab);
  await context.close();
});

test("the banner of the end keeps the page's work and signs in again in place", async () => {
  const { context, page } = await signedIn();
  await draft(page).fill("Half a sentence");
  endsNow();
  await refresh(page);
  await ended(page).getByRole("alert").getByText("Your session has ended.").waitFor();
  await look(page, "ended");
  await ended(page).getByRole("button", { name: "Sign in again" }).focus();
  await page.keyboard.press("Enter");
  await until("the focus on the password", async () => (await focused(page)) === "password");
  assert.equal(await ended(page).getByLabel("E-mail").inputValue(), who.email);
  await page.keyboard.type("a wrong one");
  await page.keyboard.press("Enter");
  await ended(page).getByRole("alert").getByText("E-mail or password is wrong.").waitFor();
  await look(page, "ended-wrong");
  // Until then the server says that nobody is signed in, also when it is asked after the wrong password.
  serverBack();
  await page.keyboard.type(who.password);
  await page.keyboard.press("Enter");
  await gone(ended(page));
  assert.equal(await draft(page).inputValue(), "Half a sentence");
  assert.equal(await focused(page), "textarea");
  assert.equal(await page.evaluate(() => window.session.get().data?.user.email), who.email);
  assertNoComplaints(page, [/401/]);
  await context.close();
});

test("it says that there is no network, or no server, and asks again", async () => {
  const { context, page } = await shared();
  const strip = page.getByRole("region", { name: "Connection" });
  await context.setOffline(true);
  await strip.getByRole("status").getByText(/^You are offline. You see what was known at \d\d:\d\d/).waitFor();
  await look(page, "offline");
  await context.setOffline(false);
  await gone(strip);
  serverAway();
  await refresh(page);
  await strip.getByText("The server cannot be reached. You are not signed out.").waitFor();
  await look(page, "unreachable");
  serverBack();
  await strip.getByRole("button", { name: "Try again" }).click();
  await gone(strip);
  await context.close();
});

test("they speak the page's language, and run from right to left where the page does", async () => {
  const { context, page } = await shared({ viewport: { width: 360, height: 780 } });
  endsIn(4);
  await page.goto(`${site.origin}/de`);
  await refresh(page);
  await page.getByText("Ihre Sitzung endet in 4 Minuten.").waitFor();
  await page.getByText("dieses Gerät").waitFor();
  await look(page, "german-narrow");
  await page.goto(`${site.origin}/rtl`);
  await refresh(page);
  // Words of the page's own, and English where it has none.
  await page.getByText("تنتهي جلستك خلال 4 دقائق.").waitFor();
  await page.getByRole("button", { name: "البقاء مسجلا" }).waitFor();
  await page.getByText("this device").waitFor();
  await page.setViewportSize({ width: 900, height: 700 });
  const { x, width } = await warning(page).boundingBox();
  assert.ok(x < 20 && width < 400, "it is at the end of the line, which is left");
  await look(page, "right-to-left");
  endsNow();
  await refresh(page);
  await page.getByRole("button", { name: "Sign in again" }).click();
  await look(page, "right-to-left-ended");
  serverBack();
  await context.close();
});

test("a page gives them its colours and shapes, and motion only to those who like it", async () => {
  const { context, page } = await shared();
  endsIn(4);
  await refresh(page);
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("stayd-expiry-warning { --stayd-accent: rgb(90, 0, 90); --stayd-radius: 0px } ::part(main) { text-transform: uppercase }");
    document.adoptedStyleSheets = [sheet];
  });
  const styleOf = (locator, name) => locator.evaluate((element, property) => getComputedStyle(element)[property], name);
  const stay = warning(page).getByRole("button", { name: "Stay signed in" });
  assert.equal(await styleOf(stay, "backgroundColor"), "rgb(90, 0, 90)");
  assert.equal(await styleOf(stay, "borderRadius"), "0px");
  assert.equal(await styleOf(stay, "textTransform"), "uppercase");
  assert.equal(await styleOf(warning(page), "animationName"), "none");
  await page.emulateMedia({ reducedMotion: "no-preference" });
  assert.equal(await styleOf(warning(page), "animationName"), "in");
  serverBack();
  assertNoComplaints(page);
  await context.close();
});

test("put into the page and taken out a hundred times, they leave nobody listening", async () => {
  const { context, page } = await shared();
  const names = ["stayd-expiry-warning", "stayd-ended-banner", "stayd-sessions", "stayd-offline"];
  assert.equal(await page.evaluate(() => window.listening), names.length);
  const left = await page.evaluate((all) => {
    for (let time = 0; time < 100; time++) {
      const made = all.map((name) => document.body.appendChild(document.createElement(name)));
      made.forEach((element) => element.remove());
    }
    document.body.replaceChildren();
    return window.listening;
  }, names);
  assert.equal(left, 0);
  assertNoComplaints(page);
  await context.close();
});

test("the banner of the end can be dismissed, leaves signing in to a page that wants it, and comes again with the next end", async () => {
  const { context, page } = await signedIn();
  endsNow();
  await refresh(page);
  const asked = page.evaluate(() => new Promise((resolve) => addEventListener("stayd-sign-in", (event) => resolve(event.preventDefault()), { once: true })));
  await ended(page).getByRole("button", { name: "Sign in again" }).click();
  await asked;
  assert.equal(await ended(page).getByLabel("Password").count(), 0);
  await ended(page).getByRole("button", { name: "Dismiss" }).click();
  await gone(ended(page));
  await refresh(page);
  assert.equal(await ended(page).count(), 0);
  serverBack();
  await page.evaluate(({ email, password }) => window.session.signIn({ email, password }), who);
  endsNow();
  await refresh(page);
  await ended(page).waitFor();
  serverBack();
  await page.evaluate(({ email, password }) => window.session.signIn({ email, password }), who);
  await gone(ended(page));
  await page.evaluate(() => window.session.signOut());
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
  assert.equal(await ended(page).count(), 0, "who signs out knows that");
  await context.close();
});

test("the page is loaded anew where somebody else signs in: its work is not theirs", async () => {
  const other = somebody("Grace Hopper");
  await post("/sign-up/email", other);
  const { context, page } = await signedIn();
  await draft(page).fill("Half a sentence of the first");
  endsNow();
  await refresh(page);
  await ended(page).getByRole("button", { name: "Sign in again" }).click();
  serverBack();
  await ended(page).getByLabel("E-mail").fill(other.email);
  await ended(page).getByLabel("Password").fill(other.password);
  await Promise.all([page.waitForEvent("load"), page.keyboard.press("Enter")]);
  assert.equal(await draft(page).inputValue(), "");
  assert.equal(await page.evaluate(() => window.session.get().data?.user.email), other.email);
  await context.close();
});

test("the page is loaded anew in every tab where somebody else comes after a session has ended there", async () => {
  const other = somebody("Edsger Dijkstra");
  await post("/sign-up/email", other);
  const { context, page } = await signedIn();
  const beside = await openPage(context);
  await beside.goto(site.origin);
  await until("the session", () => beside.evaluate(() => window.session.get().canMutate));
  await draft(page).fill("Half a sentence of the first");
  endsNow();
  await refresh(page);
  await ended(page).getByRole("button", { name: "Dismiss" }).click();
  await ended(beside).waitFor();
  serverBack();
  const loaded = page.waitForEvent("load");
  await beside.evaluate(({ email, password }) => void window.session.signIn({ email, password }), other);
  await loaded;
  assert.equal(await draft(page).inputValue(), "");
  await until("the other person", () => page.evaluate((email) => window.session.get().data?.user.email === email, other.email));
  await context.close();
});

test("nobody sees where somebody else is signed in, also where the own list cannot be had", async () => {
  const other = somebody("Barbara Liskov");
  await post("/sign-up/email", other);
  const { context, page } = await signedIn();
  await until("a list", async () => (await rows(page).count()) > 0);
  site.fault = async ({ path }, pass) => (path === "/list-sessions" ? null : pass());
  await page.evaluate(({ email, password }) => window.session.signIn({ email, password }), other);
  await page.locator("stayd-sessions").getByText("The server cannot be reached.").waitFor();
  assert.equal(await rows(page).count(), 0);
  serverBack();
  await page.locator("stayd-sessions").getByRole("button", { name: "Try again" }).click();
  await until("the own list: of the sign-up and of here", async () => (await rows(page).count()) === 2);
  await context.close();
});

test("the list shows where somebody is signed in, and ends one session and all others", async () => {
  const { context, page } = await signedIn();
  await page.evaluate(() => window.session.sessions.endOthers());
  const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Mobile/15E148 Safari/604.1";
  for (const agent of [iphone, "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "curl/8"]) await post("/sign-in/email", who, agent);
  await page.reload();
  await until("four rows", async () => (await rows(page).count()) === 4);
  await rows(page).filter({ hasText: "this device" }).getByText("Chrome on Linux").waitFor();
  await look(page, "sessions");
  await page.getByRole("button", { name: "End the session: Safari on iPhone" }).focus();
  await page.keyboard.press("Enter");
  await until("three rows", async () => (await rows(page).count()) === 3);
  await page.getByRole("status").getByText("The session has been ended.").waitFor();
  assert.equal(await rows(page).getByText("iPhone").count(), 0);
  assert.match(await focused(page), /Firefox on Linux/, "the focus stays in the list");
  await page.getByRole("button", { name: "End all others" }).click();
  await until("one row", async () => (await rows(page).count()) === 1);
  await look(page, "sessions-one");

  serverAway();
  await page.evaluate(() => document.querySelector("stayd-sessions").refresh());
  await page.locator("stayd-sessions").getByText("The server cannot be reached.").waitFor();
  await look(page, "sessions-away");
  serverBack();
  await page.locator("stayd-sessions").getByRole("button", { name: "Try again" }).click();
  await gone(page.locator("stayd-sessions").getByRole("button", { name: "Try again" }));
  await page.evaluate(() => window.session.signOut());
  await until("an empty list", async () => (await rows(page).count()) === 0);
  assertNoComplaints(page, [/ERR_/]);
  await context.close();
});
