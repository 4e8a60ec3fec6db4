// The event log, which lies in the machine's own memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

// The machine twice: as WebAssembly, and as JavaScript.
for (const entry of ["index", "js"]) {
  const { createSession } = await source(entry);

  test(`${entry}: what was recorded stays when its session is disposed of and another has its machine`, () => {
    const first = createSession();
    const before = first.record();
    first.dispose();
    const recorded = first.record();
    assert.deepEqual(recorded.subarray(0, before.length), before);
    assert.ok(recorded.length > before.length, "it ends with the end");
    const second = createSession({ heartbeat: 7 });
    assert.deepEqual(first.record(), recorded);
    assert.notDeepEqual(second.record().subarray(0, 26), before.subarray(0, 26));
    second.dispose();
  });

  test(`${entry}: a recording is full before the memory is, and the session goes on`, async () => {
    const session = createSession();
    const events = () => session.record().length;
    let last;
    do {
      last = events();
      session.dismissWarning();
    } while (events() > last);
    // Room is left for no event of the longest kind.
    assert.ok(last > 57_344 - 2 * 170 && last <= 57_344, `${last} bytes`);
    assert.deepEqual(await session.signOut(), { ok: false, error: { code: "ended", message: "Session: ended" } });
    session.dispose();
  });
}
