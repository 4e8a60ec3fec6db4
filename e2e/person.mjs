// What a person does with the page, and what they see. Found by role and label, as a screen reader finds it.
import { until } from "./until.mjs";

export const PASSWORD = "correct horse battery";

let count = 0;
/** Somebody nobody else in this run is. */
export const somebody = (name = "Ada Lovelace") => ({
  name,
  email: `person-${process.pid}-${++count}@example.com`,
  password: PASSWORD,
});

export const heading = (page, name) => page.getByRole("heading", { level: 1, name });
export const signedInHeading = (page) => heading(page, /^Hello, /);
export const endedHeading = (page) => heading(page, "Your session has ended");
export const signedOutHeading = (page) => heading(page, "Sign in once. Stay signed in.");

export async function signUp(page, origin, who, { remember = true } = {}) {
  await page.goto(origin);
  await page.getByRole("tab", { name: "Sign up" }).click();
  const form = page.getByRole("form", { name: "Sign up" });
  await form.getByLabel("Name").fill(who.name);
  await form.getByLabel("E-mail").fill(who.email);
  await form.getByLabel("Password", { exact: true }).fill(who.password);
  await form.getByLabel("Remember me").setChecked(remember);
  await form.getByRole("button", { name: "Create account" }).click();
  await signedInHeading(page).waitFor();
}

export async function fillSignIn(page, who, { remember = true } = {}) {
  const form = page.getByRole("form", { name: "Sign in" });
  await form.getByLabel("E-mail").fill(who.email);
  await form.getByLabel("Password", { exact: true }).fill(who.password);
  await form.getByLabel("Remember me").setChecked(remember);
  await form.getByRole("button", { name: "Sign in" }).click();
}

export async function signIn(page, origin, who, options) {
  await page.goto(origin);
  await fillSignIn(page, who, options);
  await signedInHeading(page).waitFor();
}

/** The strip across the page. */
export const banner = (page) => page.locator("#banner").getByRole("alert");

/** The server has confirmed what the page shows, and the page may change things. */
export const confirmed = (page) => page.getByRole("status").getByText("Confirmed by the server").waitFor();

/** The rows of the list of sessions; waits until there are this many. */
export async function sessionRows(page, wanted) {
  const rows = page.getByRole("region", { name: "Where you are signed in" }).getByRole("listitem");
  await until(`${wanted} rows of sessions`, async () => (await rows.count()) === wanted);
  return rows;
}

/** The person leaves the tab and comes back to it, without a reload. */
export const lookAtTab = (page) =>
  page.evaluate(() => {
    for (const state of ["hidden", "visible"]) {
      Object.defineProperties(document, {
        visibilityState: { configurable: true, value: state },
        hidden: { configurable: true, value: state === "hidden" },
      });
      document.dispatchEvent(new Event("visibilitychange"));
    }
  });

/** Comes back to the tab until it shows this: what the server said in the last 5 seconds is not asked again. */
export const lookUntil = (page, locator) =>
  until(`the page to show ${locator}`, async () => {
    await lookAtTab(page);
    return locator.isVisible();
  });

/** Reloads the page until it shows this, for the same reason. */
export const reloadUntil = (page, locator) =>
  until(`a reload to show ${locator}`, async () => {
    await page.reload();
    return locator.waitFor({ timeout: 5_000 }).then(
      () => true,
      () => false,
    );
  });

/** The browser has written down that nobody is signed in: what the server tells by itself is shown before, and asked about. */
export const noneRemembered = (page) =>
  until("nobody to be remembered", () => page.evaluate(() => JSON.parse(localStorage.getItem("stayd.session"))?.data === null));

/** A browser that remembers nothing of the session but its cookie. */
export const forget = (page) =>
  page.evaluate(async () => {
    localStorage.clear();
    for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
  });

/** Makes what the browser remembers a minute old: it was written then, by the clock beside it. */
export const age = (page) =>
  page.evaluate(async () => {
    for (const [key, value] of Object.entries(localStorage)) {
      if (!key.endsWith(".session")) continue;
      const entry = JSON.parse(value);
      localStorage.setItem(key, JSON.stringify({ ...entry, at: entry.at - 60_000 }));
    }
    const database = await new Promise((resolve) => (indexedDB.open("stayd").onsuccess = ({ target }) => resolve(target.result)));
    const store = database.transaction("records", "readwrite").objectStore("records");
    const entry = await new Promise((resolve) => (store.get("stayd").onsuccess = ({ target }) => resolve(target.result)));
    await new Promise((resolve) => (store.put({ ...entry, at: entry.at - 60_000 }, "stayd").onsuccess = resolve));
    database.close();
  });

/** True if the element with the focus matches. */
export const hasFocus = (locator) => locator.evaluate((element) => element === document.activeElement);
