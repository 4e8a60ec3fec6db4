/**
 * Waits for a condition instead of for a time: asks again every few milliseconds until the answer is truthy.
 *
 * @template T
 * @param {() => T | Promise<T>} ask
 * @param {{withinMs?: number, everyMs?: number, what?: string}} [limits]
 * @returns {Promise<T>} the first truthy answer
 */
export async function eventually(ask, { withinMs = 90_000, everyMs = 20, what = "the condition" } = {}) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, everyMs); });
  }
}
