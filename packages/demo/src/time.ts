import { el } from "./dom.ts";

/** The page speaks English; the order of day and month follows the reader where the reader's English is known. */
const locale = navigator.languages.find((language) => language.startsWith("en")) ?? "en-GB";
const absolute = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const clocks = {
  minutes: new Intl.DateTimeFormat(locale, { timeStyle: "short" }),
  seconds: new Intl.DateTimeFormat(locale, { timeStyle: "medium" }),
};
const dayClock = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "5 minutes ago", "in 7 days"; "just now" below a minute. */
export function ago(date: Date, now: number): string {
  const distance = (date.getTime() - now) / 1000;
  for (const [unit, length] of UNITS) {
    if (Math.abs(distance) >= length * 0.99) return relative.format(Math.round(distance / length), unit);
  }
  return distance > 0 ? "in less than a minute" : "just now";
}

/** A moment, relative first, exact beside it; where room is `short`, exact under the pointer. `main.ts` keeps it true. */
export function moment(value: Date | string, room: "full" | "short" = "full"): HTMLElement {
  const date = new Date(value);
  const exact = absolute.format(date);
  const words = ago(date, Date.now());
  if (room === "short") return el("time", { datetime: date.toISOString(), title: exact }, words);
  return el("time", { datetime: date.toISOString() }, words, " ", el("span", { class: "quiet" }, `(${exact})`));
}

/** The time of day. */
export const clockTime = (date: Date, to: keyof typeof clocks = "minutes"): string => clocks[to].format(date);

/** A day and a time of it, in few words. */
export const dayTime = (date: Date): string => dayClock.format(date);
