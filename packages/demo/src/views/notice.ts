import { explainCode } from "../attempt.ts";
import { el, icon } from "../dom.ts";
import type { Arrival } from "../link.ts";

export type Notice = { tone: "good" | "bad" | "plain"; words: string };

const PICTURES = { good: "m5 12.5 4.5 4.5L19 7.5", bad: "M12 6v8m0 3.6v.1", plain: "M12 10.5V18m0-11.6v.1" };

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
      return { tone: "bad", words: explainCode(arrival.code) };
    case "reset-failed":
      return { tone: "bad", words: explainCode(arrival.code) };
    case "reset":
    case "none":
      return null;
  }
}
