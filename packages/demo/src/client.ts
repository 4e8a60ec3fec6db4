import { createAuthClient } from "better-auth/client";

/** The official client, as anybody would create it. It finds the server at this page's own origin. */
export const client = createAuthClient();

/** What `get-session` answers for somebody signed in. */
export type SignedIn = typeof client.$Infer.Session;
export type User = SignedIn["user"];
export type Session = SignedIn["session"];

/** Where the links in mails lead back to; `link.ts` reads what they bring. */
export const RESET_PAGE = "/?from=reset";
export const VERIFIED_PAGE = "/?from=verification";
