import type { Answer, Backend, SessionEntry, SessionError } from "./backend.ts";
import { sessionOf } from "./backends/stayd.ts";
import { type Config, type Module, type Step, type Stored, type Payload, OUTCOMES, createBrain } from "./brain.ts";
import { createChannel } from "./channel.ts";
import { createClock, within } from "./clock.ts";
import * as code from "./codes.ts";
import { type Channel, type Connection, type Connections, createConnections, safely } from "./connections.ts";
import { watchOfficial } from "./official.ts";
import type { SessionOptions } from "./options.ts";
import { watchPage } from "./page.ts";
import { type Queue, SessionFailure, createQueue } from "./queue.ts";
import { type Candidate, candidate, createStorage } from "./storage.ts";
import { createTurns } from "./turn.ts";
import { type Said, type SessionView, failure, readView } from "./view.ts";

/** What came of a command. Never throws for what a server or a network does. */
export type Result = { ok: true } | { ok: false; error: SessionError };

/** What a session tells those who listen: real transitions only. */
export type SessionEvent = "signed-in" | "signed-out" | "ended" | "switched" | "renewed" | "failed" | "warned";

/** One browser's session, as one page sees it. A store as Svelte and nanostores know it. */
export interface Session<Credentials = unknown, Registration = unknown> {
  /** What the page sees now. */
  get(): SessionView;
  /** As `get`, for nanostores. */
  readonly value: SessionView;
  /**
   * What a server saw that rendered this page with the same `initial`: what hydration begins with. Where that was somebody whom this browser has
   * left and the server has yet to hear of it, it is what the browser knows: nothing of theirs is shown again. Anybody else whom the browser does
   * not know is shown until the server's answer, for they may have signed in by a redirect: do not let a page that bears a person be cached.
   */
  readonly rendered: SessionView;
  /** Calls at once and on every change; the answer stops it. */
  subscribe(listener: (view: SessionView) => void): () => void;
  /** As `subscribe`, but not at once. */
  listen(listener: (view: SessionView) => void): () => void;
  signIn(credentials: Credentials): Promise<Result>;
  signUp(registration: Registration): Promise<Result>;
  /** Signs out here and in every tab at once; the server is told then, and later where it cannot be reached. */
  signOut(): Promise<Result>;
  /** Asks for a later end: "stay signed in". */
  renew(): Promise<Result>;
  /** Asks the server who is signed in. */
  refresh(): Promise<Result>;
  /**
   * Changes what is known of the person; every tab shows it. Of the one who is shown now: where that is nobody, or somebody else before it is
   * sent, it is not sent, and the result is `ended`.
   */
  update(changes: Record<string, unknown>): Promise<Result>;
  /** Closes the warning in every tab. */
  dismissWarning(): void;
  /**
   * Where the person is signed in. These throw {@link SessionFailure}, or the server's error. Where the backend has no such call `list` is empty,
   * and the others throw a `TypeError`.
   */
  readonly sessions: {
    list(): Promise<SessionEntry[]>;
    end(id: string): Promise<void>;
    endOthers(): Promise<void>;
  };
  /**
   * `fetch` for requests that need the session: waits while it is renewed, renews once and tries once more after a 401. Rejects with a
   * {@link SessionFailure} where no answer is the person's: `ended`, `timeout`, `queue-full`, `disposed`. Before the first answer
   * nothing is renewed for it.
   */
  fetch: typeof fetch;
  /**
   * A connection of whoever is signed in: closed when nobody is any more, and while there is no network; with each new credential, and after a
   * sleep, `renewed` is told, or it is opened anew. To connect again after one that broke is the page's.
   */
  channel<C extends Connection>(open: (signal: AbortSignal) => C, renewed?: (connection: C) => void): Channel<C>;
  on(event: SessionEvent, listener: (view: SessionView) => void): () => void;
  /** What this browser lacks or denies; all works without it, less well. */
  readonly degraded: string[];
  /** The event log, for `stayd replay`: the first 57,344 bytes, which are hours of a busy page. No secret is in it. */
  record(): Uint8Array;
  /** Stops everything: timers, listeners, locks, channels. */
  dispose(): void;
}

const NOTICES: SessionEvent[] = ["signed-in", "signed-out", "ended", "switched", "renewed", "failed", "warned"];
const REJECTIONS: SessionError[] = ["ended", "queue-full", "disposed"].map(failure);

/** A page looks at its clock at least this often, in ms: that is how soon it notices that the computer slept. */
const LOOK = 30_000;

/** A page that has not looked for so long, in ms, slept. Browsers slow the timers of hidden pages, by minutes where there are many of them. */
const AWAY = 300_000;

/** What pages show, as it is stored and told to other tabs: a token that came with it goes no further (P7). */
const textOf = (answer: Answer): string | null =>
  answer.kind === "session" ? JSON.stringify(answer.data, (key, value: unknown) => (key === "token" ? undefined : value)) : null;

/** A session over a module: `createSession` of the entries binds one. */
export function sessionOver<C, R>(
  module: Module,
  config: Config,
  backend: Backend<C, R>,
  options: SessionOptions<C, R>,
  release: () => unknown,
): Session<C, R> {
  const { debug, name = "stayd", initial, signedOutUrl } = options;
  const clock = createClock();
  const brain = createBrain(module, config, Math.random() * 2 ** 32);
  const degraded = new Set<string>();
  const missing = (what: string): unknown => degraded.add(what);

  /** Whoever listens; without an event, to every change of the view. */
  const listeners = new Set<[SessionEvent | undefined, (view: SessionView) => void]>();
  let waiting: [number, (result: number) => void][] = [];
  let turn: { attempt: number; giveUp: () => void; abort: AbortController } | undefined;
  const commands: { run: (signal: AbortSignal) => Promise<Answer>; settle: (result: Result) => void }[] = [];
  let shown: Candidate = null;
  let said: Said = { error: failure("declined") };
  let view!: SessionView;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** The recording of a session that was disposed of, for where it lay is the next one's. */
  let disposed: Uint8Array | undefined;

  const browser = typeof document !== "undefined";
  const storage = createStorage(name, options.remember ?? true, missing);
  // What is remembered, and what the server rendered, is the first value: before anything can be awaited. A database takes its time to open.
  const remembered = browser ? storage.hint(learn) : null;
  const takeTurn = createTurns(name, storage, missing);

  // Steps are carried out one after the other, and the page hears of them when none is left: a listener may call anything.
  const steps: (() => void)[] = [];
  /** What this step brought that may be shown, and what was shown before it. */
  let brought: string | null | undefined;
  let before: string | null | undefined;
  const callbacks: (() => void)[] = [];
  let busy = false;

  const tell = (event: number, payload?: Payload): Step => {
    const now = clock.now();
    // Where the clock goes on in sleep, as on Windows, or a phone stops pages that it need not tell: nothing was done for so long.
    if (clock.leapt || (browser && now - brain.last.at > AWAY)) enqueue(now, code.EVENT_WOKE);
    clock.leapt = false;
    const step = enqueue(now, event, payload);
    if (!busy) {
      busy = true;
      carryOut();
      busy = false;
    }
    return step;
  };

  const enqueue = (now: number, event: number, payload: Payload = {}): Step => {
    // The module may serve another session by now.
    if (disposed) return { ...brain.last, verdict: code.VERDICT_REJECT, rejection: 2 };
    const step = brain.handle(now, event, payload);
    steps.push(() => {
      brought = payload.text ?? payload.stored?.data;
      const { effects } = step;
      const words = new Uint32Array(effects.buffer);
      effects.forEach((kind, at) => at % 8 || perform[kind - 1]!(effects[at + 1]!, words[at / 4 + 1]!, effects[at + 2]!));
      before = shown?.text;
    });
    if (debug) safely(() => debug({ event, ...step }));
    return step;
  };

  const carryOut = (): void => {
    // A mistake, of a listener or of ours, is its own: what comes next is done.
    for (let next; (next = steps.shift() ?? callbacks.shift()); ) safely(next);
    clearTimeout(timer);
    if (browser && !disposed) {
      timer = setTimeout(() => tell(code.EVENT_DEADLINE_REACHED), Math.min(brain.last.deadline - clock.now(), LOOK));
    }
  };

  function giveUp(_: number, attempt: number): void {
    // The next in line is to find what this turn has brought.
    if (turn?.attempt === attempt) void storage.idle().then(turn.giveUp);
  }

  /** How each effect is carried out, in the order of their numbers: those of `codes.ts`, from 1. */
  const perform: ((a: number, attempt: number, b: number) => unknown)[] = [
    // RELEASE_HELD
    () => callbacks.push(() => queue?.settle()),
    // REJECT_HELD. Whatever the reason: without one they would be let go.
    (reason) => queue?.settle(REJECTIONS[reason]),
    // ASK_LEADERSHIP. A page that is being rendered on a server asks nobody.
    (_, attempt) => {
      if (!browser) return;
      turn = {
        attempt,
        giveUp: takeTurn(async () => tell(code.EVENT_LEADERSHIP_GAINED, { attempt, stored: await storage.read() })),
        abort: new AbortController(),
      };
    },
    // GIVE_UP_LEADERSHIP
    giveUp,
    // CANCEL
    (_, attempt) => {
      if (turn?.attempt === attempt) turn.abort.abort(lost);
      giveUp(_, attempt);
    },
    // SEND
    (need, attempt) => turn && send(attempt, need, turn.abort),
    // SETTLED
    (met, _, settlement) => {
      // Where one request has failed nobody's can be sent, for a while.
      const signIn = met === code.NEED_SIGN_IN;
      waiting = waiting.filter(([need, resolve]) => ((signIn || settlement !== code.SETTLEMENT_FAILED) && need !== met) || resolve(settlement));
      if (!signIn) return;
      // A sign-out came first: what has not been sent is not sent any more. Else the next one is asked for before anybody hears of this one.
      if (settlement === code.SETTLEMENT_OVERTAKEN) commands.splice(0).forEach(({ settle }) => settle(lost()));
      if (commands.length) tell(code.EVENT_SIGN_IN_ASKED);
    },
    // KEEP_DATA
    () => (shown = candidate(brought)),
    // DROP_DATA
    () => (shown = null),
    // REMEMBER. What a server has of localStorage is one for all of its visitors.
    () => {
      if (browser) void storage.write(brain.last.record, shown?.text ?? null).then(learn);
      if (shown?.text != before) official?.tell();
    },
    // TELL
    (message) => channel?.send(message, brain.last.record, shown?.text ?? null),
    // PUBLISH
    () => {
      view = readView(brain.last.view, shown?.data ?? null, said);
      callbacks.push(() => {
        connections?.open(false);
        notify();
      });
    },
    // NOTIFY
    (notice) => callbacks.push(() => notify(NOTICES[notice]!)),
    // CLOSE_CHANNELS
    () => connections?.close(),
    // OPEN_CHANNELS
    () => callbacks.push(() => connections?.open(true)),
  ];

  const notify = (event?: SessionEvent): void => {
    [...listeners].forEach((entry) => {
      // One listener may stop another.
      if (entry[0] === event && listeners.has(entry)) safely(() => entry[1](view));
    });
    if (event === "signed-out" && signedOutUrl) {
      // A page that is asked for sooner may be rendered for whoever has left.
      void asked(code.NEED_SIGN_OUT, code.EVENT_SIGN_OUT_ASKED).then(() => disposed || location.assign(signedOutUrl));
    }
  };

  /** Carries out one request; whatever becomes of it is an answer. */
  const send = async (attempt: number, need: number, own: AbortController): Promise<void> => {
    const command = need === code.NEED_SIGN_IN ? commands.shift() : undefined;
    let answer: Answer;
    let text = null;
    try {
      // A backend need not heed the signal, nor a browser: whoever asked would wait for ever.
      answer = await within(
        config.timeout,
        command
          ? command.run(own.signal)
          : need === code.NEED_SIGN_OUT
            ? backend.signOut(own.signal)
            : need === code.NEED_RENEWAL && backend.renew
              ? backend.renew(own.signal)
              : backend.check(own.signal),
      );
      text = textOf(answer);
    } catch (thrown) {
      own.abort(thrown);
      answer = { kind: "failed", trouble: view.offline ? "offline" : "unreachable" };
    }
    const { trouble, error } = answer as Partial<Answer & { kind: "failed" }>;
    said = { trouble, error: { ...failure(trouble ?? "declined"), ...error } };
    const kind = OUTCOMES.indexOf(answer.kind);
    // The page goes on when the machine has heard of it. The first two kinds grant what was asked; one that there is not does not.
    command?.settle(
      own.signal.reason === lost
        ? lost()
        : kind >> 1
          ? { ok: false, error: said.error }
          : { ok: true },
    );
    tell(code.EVENT_ANSWERED, { kind, attempt, answer, text });
    // Whom official clients found when they looked at once was still signed in for the server.
    if (need === code.NEED_SIGN_OUT && answer.kind === "nobody") official?.tell();
  };

  const hear = (kind: number, stored: Stored): Step => tell(code.EVENT_HEARD, { kind, stored });
  function learn(found: Stored | null): void {
    if (found) hear(code.MESSAGE_STATE, found);
  }

  /** The result of what a sign-out or the end of this object has overtaken. */
  const lost = (): Result => ({ ok: false, error: REJECTIONS[disposed ? 2 : 0]! });

  const asked = async (need: number, event: number): Promise<Result> => {
    const result = await new Promise<number>((resolve) => {
      waiting.push([need, resolve]);
      tell(event);
      // Nobody answers there.
      if (disposed || !browser) resolve(code.SETTLEMENT_OVERTAKEN);
    });
    if (result === code.SETTLEMENT_MET) return { ok: true };
    if (result === code.SETTLEMENT_FAILED) return { ok: false, error: view.error! };
    return result === code.SETTLEMENT_REFUSED && shown ? { ok: false, error: said.error } : lost();
  };

  /** A command of the page that may change who is signed in, or what is known of them. They run one after the other. */
  const command =
    <T>(name: "signIn" | "signUp" | "update") =>
    (input: T): Promise<Result> =>
      new Promise((resolve) => {
        if (!backend[name]) throw new TypeError(`The backend has no ${name}`);
        if (disposed || !browser) return resolve(lost());
        const who = shown?.data.user.id;
        commands.push({
          // What was to be changed of one person is not changed of another, nor of whoever has left (P9).
          run: (signal) => {
            if (name === "update" && (who ?? 0) !== shown?.data.user.id) throw lost;
            return (backend as Backend)[name]!(input as Record<string, unknown>, signal);
          },
          settle: resolve,
        });
        tell(code.EVENT_SIGN_IN_ASKED);
      });

  // Both are made when they are first needed, which is not while a page loads.
  let queue: Queue | undefined;
  const queued: typeof fetch = (input, init) =>
    (queue ??= createQueue({
      ask(sent) {
        const { verdict, rejection } = tell(sent ? code.EVENT_REFUSED : code.EVENT_REQUESTED, { sent });
        return { verdict, error: REJECTIONS[rejection]! };
      },
      withdraw: () => tell(code.EVENT_WITHDRAWN),
      moment: () => brain.last.record,
      send: (input, init) => (backend.fetch ?? fetch)(input, init),
      person: () => shown?.data.user.id,
      timeout: config.timeout,
      renews: browser,
    })).fetch(input, init);
  let connections: Connections | undefined;
  const channel = browser ? createChannel(name, hear, missing) : null;
  const official = browser ? watchOfficial(() => tell(code.EVENT_HINTED)) : null;

  const unwatch = browser
    ? watchPage((event) => tell(event, { stored: event === code.EVENT_RESUMED ? storage.hint(learn) : null }))
    : null;
  const answer = sessionOf(initial ?? null);
  // A page that is rendered with what is remembered has no news for official clients.
  before = remembered?.data;
  tell(code.EVENT_STARTED, {
    kind: initial === undefined ? code.RENDERED_NOTHING : initial ? code.RENDERED_SOMEBODY : code.RENDERED_NOBODY,
    answer,
    text: textOf(answer),
    stored: remembered,
  });
  // A browser that remembers somebody may show more than a server that knew of nobody, or was not asked.
  const nobody = +(initial === null);
  const rendered = initial ? view : readView([1 - nobody, 0, nobody, 0, 0, 0, 0, 0, 0, 0], null);

  const on = (event: SessionEvent | undefined, listener: (view: SessionView) => void): (() => void) => {
    // A pair of its own: the same function may listen twice.
    const entry: [SessionEvent | undefined, (view: SessionView) => void] = [event, listener];
    listeners.add(entry);
    return () => listeners.delete(entry);
  };
  const listen = (listener: (view: SessionView) => void): (() => void) => on(undefined, listener);

  return {
    get: () => view,
    get value() {
      return view;
    },
    rendered,
    subscribe(listener) {
      const stop = listen(listener);
      listener(view);
      return stop;
    },
    listen,
    signIn: command("signIn"),
    signUp: command("signUp"),
    update: command("update"),
    signOut: () => asked(code.NEED_SIGN_OUT, code.EVENT_SIGN_OUT_ASKED),
    renew: () => asked(code.NEED_RENEWAL, code.EVENT_RENEWAL_ASKED),
    refresh: () => asked(code.NEED_CHECK, code.EVENT_CHECK_ASKED),
    dismissWarning: () => void tell(code.EVENT_WARNING_DISMISSED),
    sessions: {
      list: async () => (await backend.list?.(queued, view.data?.session.id!)) ?? [],
      async end(id) {
        await backend.end!(id, queued);
        if (id === view.data?.session.id) await asked(code.NEED_CHECK, code.EVENT_CHECK_ASKED);
      },
      endOthers: async () => backend.endOthers!(queued),
    },
    fetch: queued,
    channel: (open, renewed) =>
      (connections ??= createConnections(() => browser && !disposed && view.canMutate)).add(open, renewed),
    on,
    get degraded() {
      return [...degraded];
    },
    record: () => disposed ?? brain.recording(),
    // What a listener has asked for before is carried out first.
    dispose: () => void (busy ? callbacks.push(end) : end()),
  };

  function end(): void {
    if (disposed) return;
    enqueue(clock.now(), code.EVENT_DISPOSED);
    // Before anybody hears of it: a listener may dispose of it too.
    disposed = brain.recording();
    carryOut();
    unwatch?.();
    official?.close();
    channel?.close();
    connections?.close();
    storage.close();
    listeners.clear();
    release();
  }
}

export { SessionFailure };
