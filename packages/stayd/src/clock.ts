/**
 * A clock that never runs back and counts sleep: the monotonic clock, plus a leap where the wall clock got far ahead of it.
 * (A computer that sleeps stops the monotonic clock on most systems; one whose time is set forward looks the same from here,
 * and the machine asks the server before it believes either.)
 */
export interface Clock {
  /** Milliseconds; began at the wall clock's time, so that ages of stored records can be taken off. */
  now(): number;
  /** Time has leapt; for whoever acts upon it to take back. */
  leapt: boolean;
}

/** The wall clock gets this far ahead of the monotonic one only by sleep or by being set, in ms. */
const LEAP = 5000;

/** Until here the wall clock has told times twice, for it was set back: how old what bears one of them is, nobody knows. */
export let unsureUntil = 0;

/** What comes of the work, which may never end: then this fails after so long, in ms. A page's own backend may answer without a promise. */
export const within = <T>(ms: number, work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(reject, ms);
    void Promise.resolve(work).then(resolve, reject).then(() => clearTimeout(timer));
  });

export function createClock(): Clock {
  /** What this clock, and what the wall clock is ahead of the monotonic one. */
  let lead = Date.now() - performance.now();
  let wallLead = lead;
  const clock: Clock = {
    leapt: false,
    now() {
      const passed = performance.now();
      const ahead = Date.now() - passed - wallLead;
      if (ahead > LEAP) {
        clock.leapt = true;
        lead += ahead;
      }
      if (ahead < -1000) unsureUntil = Math.max(unsureUntil, passed + wallLead);
      wallLead += ahead;
      return lead + passed;
    },
  };
  return clock;
}
