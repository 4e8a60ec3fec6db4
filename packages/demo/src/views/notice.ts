import { explainLink } from "../explain.ts";
import { el, icon } from "../dom.ts";
import type { Arrival } from "../link.ts";

export type Notice = { tone: "good" | "bad" | "plain"; words: string };

const CIRCLE = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z";
const PICTURES = {
  good: `${CIRCLE}m-4 9.3 2.8 2.8 5.4-5.6`,
  bad: `${CIRCLE}M12 7.8v5m0 3v.1`,
  plain: `${CIRCLE}M12 11.2v5m0-8v.1`,
};

/** Words at the top of a view about what just happened. */
export function noticeBox({ tone, words }: Notice): HTMLElement {
  return el("div", { class: `notice ${tone}` }, icon(PICTURES[tone]), el("p", {}, words));
}

/** What the link in a mail did, in words. */
export function arrivalNotice(arrival: Arrival): Notice | null {
  switch (arrival.kind) {
    case "verified":
      return { tone: "good", words: "Your e-mail is verified. Thank you." };
    case "verification-failed":
    case "reset-failed":
      return { tone: "bad", words: explainLink(arrival.code) };
    case "reset":
    case "none":
      return null;
  }
}
