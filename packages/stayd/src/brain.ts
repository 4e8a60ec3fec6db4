import { DEADLINE_AT, EVENT_AT, EVENT_LEN, LOG_AT, MEMORY_LEN, RECORD_AT, RECORD_LEN, STATE_AT, VIEW_LEN } from "./codes.ts";
import { fingerprint } from "./bytes.ts";
import type { Answer } from "./backend.ts";

/** What the module exports: the machine in Rust, through bytes in its memory. */
export interface Module {
  memory: { readonly buffer: ArrayBuffer };
  /** Makes the machine. */
  start(seed: number): void;
  /** Takes in an event. Where it is said what is to be done. */
  handle(now: number): number;
}

/** A record from elsewhere: its bytes, how long ago it was written (ms), and what pages show of its session. */
export interface Stored {
  record: Uint8Array;
  age: number;
  data: string | null;
}

/** What one step gave: what becomes of a request, what is to be done (8 bytes each), and how things stand then. */
export interface Step {
  /** When it was, in ms. */
  at: number;
  verdict: number;
  rejection: number;
  effects: Uint8Array;
  view: Uint8Array;
  record: Uint8Array;
  /** When to say that the deadline has come; later than any time of a page for never. */
  deadline: number;
}

/** What an event may carry; each at its place (`stayd_core::codec::events`), and zero where it is not said. */
export interface Payload {
  /** Which message, or what was rendered; of an answer it follows from that. */
  kind?: number;
  attempt?: number;
  /** The record that was the last one when a request was sent that was refused. */
  sent?: Uint8Array | undefined;
  /** What came of a request, or was rendered. */
  answer?: Answer | null;
  /** What pages show of the session in the answer. */
  text?: string | null;
  stored?: Stored | null;
}

/** The machine, spoken to in events. */
export interface Brain {
  /** The last step. */
  readonly last: Step;
  handle(now: number, code: number, payload: Payload): Step;
  /** The events so far as a recording, for `stayd replay`. */
  recording(): Uint8Array;
}

/** The configuration, in the machine's own numbers; times in ms. */
export interface Config {
  renewal: number;
  heartbeat: number;
  warning: number;
  timeout: number;
}

/** Bytes of the configuration (`stayd_core::codec::events`). */
const CONFIG_LEN = 16;

/** What a recording has of an event beside its bytes: its time, and how many they are. */
const STAMP_LEN = 10;

export function createBrain(module: Module, config: Config, seed: number): Brain {
  const { buffer } = module.memory;
  const bytes = new Uint8Array(buffer);
  const memory = new DataView(buffer);
  const event = new Uint8Array(buffer, EVENT_AT, EVENT_LEN);
  const words = new Uint32Array(buffer, EVENT_AT);
  const times = new Float64Array(buffer, EVENT_AT);

  event[0] = config.renewal;
  words.set([config.heartbeat, config.warning, config.timeout], 1);
  // The event log lies in what the machine leaves of its memory: "STAYD", format 2, the seed, the configuration; then each event.
  memory.setUint32(LOG_AT + 6, seed, true);
  bytes.set([0x53, 0x54, 0x41, 0x59, 0x44, 2], LOG_AT);
  bytes.copyWithin(LOG_AT + 10, EVENT_AT, EVENT_AT + CONFIG_LEN);
  module.start(seed);
  let logged = LOG_AT + 10 + CONFIG_LEN;

  const brain = {
    last: {} as Step,
    handle(now: number, code: number, { kind, attempt, sent, answer, text, stored }: Payload): Step {
      event.fill(0);
      // What is not said is no number, and is written as 0.
      event.set([code, kind!]);
      words[1] = attempt!;
      if (sent) event.set(sent.slice(0, 8), 4);
      if (answer?.kind === "session") {
        const { id, userId, renewsIn, endsIn, lapsesIn = endsIn, createdAt } = answer;
        words.set([fingerprint(id), fingerprint(id, fingerprint(userId)), fingerprint(userId), fingerprint(userId, 1), fingerprint(text!), createdAt! / 1000], 4);
        times.set([renewsIn, lapsesIn, endsIn], 5);
      }
      // A failure, or a kind that there is not: that counts as one.
      if (answer && kind! >> 2) {
        const { trouble, retryAfter } = answer as Extract<Answer, { kind: "failed" }>;
        event[2] = TROUBLES.indexOf(trouble);
        times[5] = retryAfter!;
      }
      if (stored) {
        event[3] = stored.data ? 2 : 1;
        event.set(stored.record, 72);
        times[8] = stored.age;
      }
      // What follows the last byte that is not zero need not be recorded.
      const length = event.findLastIndex(Boolean) + 1;
      if (logged < MEMORY_LEN - STAMP_LEN - EVENT_LEN) {
        memory.setFloat64(logged, now, true);
        bytes.set([length, 0], logged + 8);
        bytes.copyWithin((logged += STAMP_LEN), EVENT_AT, EVENT_AT + length);
        logged += length;
      }
      const orders = module.handle(now);
      return (brain.last = {
        at: now,
        verdict: bytes[orders]!,
        rejection: bytes[orders + 1]!,
        effects: bytes.slice(orders + 4, orders + 4 + bytes[orders + 2]! * 8),
        view: bytes.slice(STATE_AT, STATE_AT + VIEW_LEN),
        record: bytes.slice(STATE_AT + RECORD_AT, STATE_AT + RECORD_AT + RECORD_LEN),
        deadline: memory.getFloat64(STATE_AT + DEADLINE_AT, true),
      });
    },
    recording: () => bytes.slice(LOG_AT, logged),
  };
  return brain;
}

/** The words for what went wrong, in the order of their numbers. */
export const TROUBLES = ["", "offline", "unreachable", "unavailable", "too-many", "unexpected"] as const;

/** What an answer may be, in the order of the numbers. */
export const OUTCOMES: Answer["kind"][] = ["session", "nobody", "declined", "superseded", "failed"];
