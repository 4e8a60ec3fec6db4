/**
 * A clock that never runs back and counts sleep: the monotonic clock, plus a leap where the wall clock got far ahead of it.
 * (A computer that sleeps stops the monotonic clock on most systems; one whose time is set forward looks the same from here,
 * and the machine asks the server before it believes either.)
 */
export interface Clock {
  /** Milliseconds; began at the wall clock's time, so that ages of stored records can be taken off. */
  now(): number;
  /** Whether time has leapt since the last call of this. */
  leapt(): boolean;
}

/** The wall clock gets this far ahead of the monotonic one only by sleep or by being set, in ms. */
const LEAP = 5000;

export function createClock(wall = Date.now, monotonic = () => performance.now()): Clock {
  let [lastWall, lastMonotonic] = [wall(), monotonic()];
  let time = lastWall;
  let leap = false;
  return {
    now() {
      const [wallNow, monotonicNow] = [wall(), monotonic()];
      const [byWall, passed] = [wallNow - lastWall, monotonicNow - lastMonotonic];
      [lastWall, lastMonotonic] = [wallNow, monotonicNow];
      const leaps = byWall - passed > LEAP;
      leap ||= leaps;
      return (time += leaps ? byWall : passed);
    },
    leapt() {
      const was = leap;
      leap = false;
      return was;
    },
  };
}
