/** Asks until the answer is truthy, ever less often; fails with the words of what was waited for. Machines are slow at times. */
export async function until(what, ask, seconds = 90) {
  const deadline = Date.now() + seconds * 1000;
  for (let pause = 10; ; pause = Math.min(pause * 1.2, 100)) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
