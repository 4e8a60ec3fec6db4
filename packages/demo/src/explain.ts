import type { SessionError } from "./session.ts";

const AWAY = "The server cannot be reached. Nothing was changed; try again in a moment.";
const ENDED = "This session has ended. Sign in again.";

/** The codes a person can do something about, in words that say what. */
const WORDS: Record<string, string> = {
  // The client's own.
  offline: "You are offline. Nothing was changed; try again when you are back.",
  unreachable: AWAY,
  timeout: AWAY,
  unexpected: "Something answers that is not the server. Nothing is known to have changed; try again in a moment.",
  "no-session": "You were signed in, but the browser did not keep the cookie. Allow cookies for this page.",
  ended: ENDED,
  // The server's.
  INVALID_EMAIL_OR_PASSWORD: "That e-mail and password do not match an account.",
  USER_ALREADY_EXISTS_USE_ANOTHER_EMAIL: "There is an account with this e-mail already. Sign in, or use another address.",
  INVALID_EMAIL: "That is not a complete e-mail address.",
  PASSWORD_TOO_SHORT: "The password is too short: use at least 8 characters.",
  PASSWORD_TOO_LONG: "The password is too long: use at most 128 characters.",
  INVALID_PASSWORD: "The current password is not right.",
  EMAIL_NOT_VERIFIED: "Verify your e-mail first: the link is in your mail.",
  EMAIL_ALREADY_VERIFIED: "This e-mail is verified already.",
  INVALID_TOKEN: "This link is not valid any more. Ask for a new one.",
  TOKEN_EXPIRED: "This link has expired. Ask for a new one.",
  SESSION_NOT_FRESH: "You signed in too long ago for this. Confirm it with your password, or sign in anew.",
  UNAUTHORIZED: ENDED,
  RESET_PASSWORD_DISABLED: "This server sends no mail, so it cannot reset passwords.",
  VERIFICATION_EMAIL_NOT_ENABLED: "This server sends no mail, so it cannot verify addresses.",
};

const OTHER_LINK = "This link did not work. Ask for a new one.";

/** The words for a code, which may come from a link and so be anything, `constructor` too. */
const wordsFor = (code: string, words = WORDS): string | undefined => (Object.hasOwn(words, code) ? words[code] : undefined);

/** What went wrong with a link, for people. Nothing of the link itself is shown: anybody can write one. */
export const explainLink = (code: string): string => wordsFor(code) ?? OTHER_LINK;

const TROUBLES: Record<string, string> = {
  offline: "There is no network.",
  unavailable: "The server cannot answer now.",
  "too-many": "The server asks for a pause.",
  unexpected: "Something answers that is not the server.",
};

/** Why the server's word could not be had. */
export function explainTrouble({ code, status = 0 }: SessionError): string {
  if (status === 429) return TROUBLES["too-many"]!;
  if (status >= 500) return TROUBLES["unavailable"]!;
  return wordsFor(code, TROUBLES) ?? "The server cannot be reached.";
}

/** An error in words, for people. Nobody else in this page looks at a code or a status. */
export function explain({ code, message, status, retryAfter }: SessionError): string {
  // A proxy in front of a server that is gone answers 502 or 504.
  if (status === 502 || status === 504) return AWAY;
  if (status === 429 || status === 503) {
    const seconds = Math.ceil((retryAfter ?? 0) / 1000);
    if (seconds === 0) return "The server is busy. Try again in a moment.";
    return `Too many attempts. Try again in ${seconds} ${seconds === 1 ? "second" : "seconds"}.`;
  }
  return wordsFor(code) ?? (message || `The server answered with an error (${status ?? code}). Try again.`);
}
