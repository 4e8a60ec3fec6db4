// What the figures of a row have to be for Stayd, and the scenarios that it shows. A run whose own figures miss one of these fails.

const both = (figures, wanted) => wanted(figures.unavailable) && wanted(figures.limited);
const hits = (list) => list.every(Boolean);
/** After the answer, in another tab. */
const soon = ({ medianMs, p99Ms }) => medianMs <= 3 && p99Ms <= 50;

/** For each row: in words, whether the figures keep it, and the numbers of the scenarios. */
export const PROMISES = {
  size: ["at most 12 KiB", ({ gzip }) => gzip <= 12 * 1024],
  module: [
    "less than 3 ms, 6 KiB and 128 KiB of memory",
    ({ medianMs, gzip, memory }) => hits([medianMs < 3, gzip <= 6 * 1024, memory <= 128 * 1024]),
  ],
  heap: ["at most 120 KB of 1000 bytes", ({ bytes }) => bytes <= 120_000],
  "cycles-200": ["no growth: no more than a page of memory for each 10 clients", ({ growth }) => growth <= 20 * 4096, [51]],
  "first-value": ["in the same task, and right", ({ sameTask, wrong }) => sameTask && wrong === 0, [1]],
  confirmed: ["within 100 ms", ({ medianMs }) => medianMs <= 100],
  "cross-tab-sign-out": [
    "3 ms, p99 below 20 ms, before the answer",
    ({ medianMs, p99Ms, missed, beforeTheAnswer }) => hits([medianMs <= 3, p99Ms < 20, missed === 0, beforeTheAnswer]),
    [25],
  ],
  "cross-tab-sign-in": ["3 ms, p99 within 50 ms", soon, [26]],
  "profile-change": ["3 ms, p99 within 50 ms", soon, [28]],
  renewal: ["less than 200 ms, and no call fails", ({ medianMs, failed }) => medianMs < 200 && failed === 0],
  "restored-expired": [
    "one renewal in each of 200 rounds, nobody lost",
    ({ mostRequests, lost, tabsNotIn, rounds }) => hits([mostRequests === 1, lost === 0, tabsNotIn === 0, rounds >= 200]),
    [11, 12],
  ],
  "calls-100": ["one renewal, and no call fails", ({ renewals, failed }) => renewals === 1 && failed === 0],
  "tabs-20": ["one request, and all show the person", ({ requests, shown, tabs }) => requests === 1 && shown === tabs],
  "renewal-20": ["one renewal, none out, none refused", ({ renewals, out, refused }) => hits([renewals === 1, out === 0, refused === 0]), [19]],
  together: ["one request", ({ online, focus }) => online === 1 && focus === 1, [33]],
  recovery: ["within 2 s, one request", ({ seconds, requests }) => seconds < 2 && requests === 1, [33]],
  "refused-at-load": [
    "in, then and later, and known at once; one request where 30 s are to be waited",
    (figures) =>
      figures.limited.requests === 1 &&
      both(figures, ({ status, later, knownMs }) => hits([status === "in", later === "in", knownMs < 100])),
    [21, 22],
  ],
  clock: [
    "as many requests as with a right clock, none refused",
    ({ right, fast, slow }) => [right, fast, slow].every(({ requests, refused }) => requests === right.requests && refused === 0),
    [39],
  ],
  back: ["no signed-in frame, then out", ({ frames, later }) => !frames.includes("in") && later === "out", [45]],
  "other-device": ["out after the focus, and pushed in less than 50 ms", ({ afterFocus, pushed }) => afterFocus === "out" && pushed.pushedMs < 50, [48]],
  revoked: ["in less than 50 ms (p99), in every round", ({ p99Ms, missed }) => p99Ms < 50 && missed === 0, [48]],
  outage: ["peak / mean of at most 3 in the minute after it", ({ peakToMean }) => peakToMean <= 3, [33]],
  warning: ["shown and closed in every tab", ({ missed, leftOpen }) => missed === 0 && leftOpen === 0, [42, 43]],
};

/** The promises that these outcomes of Stayd's miss, in words; what could not be measured misses its own. */
export function missed(rows, outcomes) {
  return rows.flatMap(({ name }) => {
    const outcome = outcomes.get(`${name} stayd`);
    const [words, keeps] = PROMISES[name];
    return !outcome || (outcome.kind === "measured" && keeps(outcome.figures)) ? [] : [`${name}: ${outcome.text}; promised is ${words}`];
  });
}
