// The face that every page shows to the harness, whatever client is behind it.
//
// A client hands in: create(changed), state() -> { status, name }, signIn(person), signOut(), and where it can: rename(name),
// call() -> status of an authenticated request, cycle() to create another client, let it start, and dispose of it. `redirects` says that sign-in leads away from the page and back.
// `status` is "in", "out", "unknown" (it does not know yet) or "error". A client that says so of itself adds `verified: false` while
// it shows what it remembers and the server has not confirmed it.

const person = { email: "ada@example.com", password: "correct horse battery", name: "Ada" };
/** Milliseconds on a clock that all tabs share. */
const clock = () => performance.timeOrigin + performance.now();

export function expose(client) {
  const bench = {
    ...client,
    created: false,
    failure: null,
    /** When the person was first shown other than from memory alone. */
    confirmedAt: null,
    /** Each state that differed from the one before, with its time. */
    log: [],
    /** Each time that the person was warned of the end, and that the warning was closed. */
    warnings: [],
    /** To be told by clients that warn. */
    warned(open) {
      if (open !== (bench.warnings.at(-1)?.open ?? false)) bench.warnings.push({ at: clock(), open });
    },
    startedAt: globalThis.scriptStartedAt,
    state: () => client.state(),
    signIn: () => guarded(() => client.signIn(person)),
    /** The time of the call, and of its end. */
    async signOut() {
      const calledAt = clock();
      await guarded(() => client.signOut());
      return { calledAt, doneAt: clock() };
    },
    async rename(name) {
      const calledAt = clock();
      await guarded(() => client.rename(name));
      return { calledAt, doneAt: clock() };
    },
    clock,
  };
  globalThis.bench = bench;

  async function guarded(work) {
    try {
      return await work();
    } catch (error) {
      bench.failure = String(error?.message ?? error);
    }
  }

  function changed() {
    const { status, name, verified } = client.state();
    if (status === "in" && verified !== false) bench.confirmedAt ??= clock();
    const last = bench.log.at(-1);
    if (last && last.status === status && last.name === name) return;
    bench.log.push({ at: clock(), status, name });
    document.querySelector("main").textContent = status === "in" ? `Signed in as ${name}` : status;
    document.documentElement.dataset.status = status;
  }

  // What is painted after the page comes back: the first two frames, told by beacon, for a restored page has lost the harness.
  let telling = 0;
  addEventListener("pageshow", (event) => {
    clearTimeout(telling);
    const frames = [];
    const frame = () => {
      frames.push(document.documentElement.dataset.status ?? "nothing");
      if (frames.length < 2) return requestAnimationFrame(frame);
      telling = setTimeout(() => {
        const later = document.documentElement.dataset.status ?? "nothing";
        navigator.sendBeacon("/report", JSON.stringify({ tab: sessionStorage.getItem("tab"), restored: event.persisted, frames, later }));
      }, 1500);
    };
    requestAnimationFrame(frame);
  });

  const createdAt = clock();
  client.create(changed);
  bench.createMs = clock() - createdAt;
  changed();
  bench.createdAt = createdAt;
  bench.created = true;
}
