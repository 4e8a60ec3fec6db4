/** Assertions that run in Node and in a page alike. */

/** The order of members does not count. @param {any} actual @param {any} expected @param {string} what */
export function same(actual, expected, what) {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value, sorted));
  if (a !== b) throw new Error(`${what}: expected ${b}, got ${a}`);
}

function sorted(key, value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** @param {any} condition @param {string} what */
export function holds(condition, what) {
  if (!condition) throw new Error(what);
}

/**
 * The data of a call that has to succeed.
 * @template T
 * @param {{data: T, error: any}} result @param {string} what
 * @returns {T}
 */
export function data(result, what) {
  if (result.error) throw new Error(`${what}: ${JSON.stringify(result.error)}`);
  return result.data;
}

/** A call that has to fail, with a status and a code. @param {{data: any, error: any}} result */
export function refused(result, status, code, what) {
  if (!result.error) throw new Error(`${what}: was not refused but answered ${JSON.stringify(result.data)}`);
  same([result.data, result.error.status, result.error.code], [null, status, code], what);
}
