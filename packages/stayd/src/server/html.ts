import type { SessionData } from "../backend.ts";

/** The id of the element that {@link initialElement} makes. */
export const INITIAL_ID = "stayd-initial";

/** JSON that can stand in a script element: nothing in it ends the element or begins a comment. */
export const jsonForHtml = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`);

/**
 * Data of a page, which no content security policy has to allow: the page's script gives what is in it to
 * `createSession({ initial })`. Empty when nobody could say who is signed in.
 */
export const initialElement = (data: SessionData | null | undefined): string =>
  data === undefined ? "" : `<script type="application/json" id="${INITIAL_ID}">${jsonForHtml(data)}</script>`;
