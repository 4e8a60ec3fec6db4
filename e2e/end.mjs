// A session whose end is near. The server's clock cannot be turned from here, so what it says of the end is.
import { banner, forget } from "./person.mjs";

/**
 * The server says from now on that the session ends in so many minutes, and that it is as old as that; it moves the end no more.
 * The page starts anew with it and warns. `later()` lets the server speak for itself again.
 */
export async function nearTheEnd(page, { minutes }) {
  const from = (ms) => new Date(Date.now() + ms).toISOString();
  const told = { expiresAt: from(minutes * 60_000 - 5_000), updatedAt: from(-7 * 86_400_000) };
  const pattern = "**/api/auth/get-session*";
  await page.context().route(pattern, async (route) => {
    const answer = await route.fetch();
    const found = await answer.json();
    return route.fulfill({ response: answer, json: found && { ...found, session: { ...found.session, ...told } } });
  });
  // The stream would say the truth; it is left waiting for its answer.
  await page.context().route("**/api/auth/events", () => {});
  await forget(page);
  await page.reload();
  await banner(page).getByText(`Your session ends in ${minutes} minutes.`).waitFor();
  return { later: () => page.context().unroute(pattern) };
}

/** The server says that the session ends in a moment; it has ended then, as it does when nobody is signed in. The page starts anew with it. */
export async function reachTheEnd(page) {
  let end;
  await page.context().route("**/api/auth/get-session*", async (route) => {
    end ??= Date.now() + 3_000;
    const over = Date.now() >= end;
    if (over) await page.context().clearCookies();
    const { cookie, ...others } = await route.request().allHeaders();
    const answer = await route.fetch({ headers: over ? others : { cookie, ...others } });
    const found = await answer.json();
    const told = { expiresAt: new Date(end).toISOString(), updatedAt: new Date(end - 7 * 86_400_000).toISOString() };
    return route.fulfill({ response: answer, json: over ? found : { ...found, session: { ...found.session, ...told } } });
  });
  await page.context().route("**/api/auth/events", () => {});
  await page.reload();
}
