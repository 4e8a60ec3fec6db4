import { DEADLINE_AT, EFFECTS_AT, EVENT_LEN, MOMENT_AT, RECORD_LEN, VIEW_LEN } from "./codes.ts";
import { fingerprint } from "./bytes.ts";
import type { Answer } from "./backend.ts";

/** What the module exports: the machine in Rust, through bytes in its memory. */
export interface Module {
  memory: { readonly buffer: ArrayBuffer };
  io(): number;
  start(seed: number, length: number): number;
  /** Where the step is, 0 where the bytes are no event. */
  handle(now: number, length: number): number;
}

/** A record from elsewhere: its bytes, how long ago it was written (ms), and what pages show of its session. */
export interface Stored {
  record: Uint8Array;
  age: number;
  data: string | null;
}

/** How the session is known to this page: epoch and generation of the machine. */
export interface Moment {
  epoch: number;
  generation: number;
}

/** What one step gave: what becomes of a request, what is to be done (8 bytes each), and how things stand then. */
export interface Step {
  verdict: number;
  rejection: number;
  effects: Uint8Array;
  view: Uint8Array;
  record: Uint8Array;
  moment: Moment;
  /** When to say that the deadline has come; infinity for never. */
  deadline: number;
}

/** What an event may carry; each at its place (`stayd_core::codec::events`), and zero where it is not said. */
export interface Payload {
  /** Which message, or what was rendered; of an answer it follows from that. */
  kind?: number;
  /** The attempt; of a refused request its epoch. */
  attempt?: number;
  generation?: number;
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
  fresh: number;
  timeout: number;
}

/** Bytes of the configuration (`stayd_core::codec::events`). */
const CONFIG_LEN = 20;

/** A recording grows no further than so many bytes, which are thousands of events: hours of a busy page. */
const RECORDED = 500_000;

export function createBrain(module: Module, config: Config, seed: number): Brain {
  const { buffer } = module.memory;
  const event = new Uint8Array(buffer, module.io(), EVENT_LEN);
  const fields = new DataView(buffer, event.byteOffset);
  const words = (at: number, values: number[]): void => values.forEach((value, i) => fields.setUint32(at + i * 4, value, true));
  const times = (at: number, values: number[]): void => values.forEach((ms, i) => fields.setFloat64(at + i * 8, ms, true));

  event[0] = config.renewal;
  words(4, [config.heartbeat, config.warning, config.fresh, config.timeout]);
  // "STAYD", format 1, the seed, the configuration; then each event with its time and its length.
  const log = [0x53, 0x54, 0x41, 0x59, 0x44, 1, ...bytesOf(Uint32Array.of(seed)), ...event.slice(0, CONFIG_LEN)];
  module.start(seed, EVENT_LEN);

  const brain = {
    last: {} as Step,
    handle(now: number, code: number, { kind = 0, attempt = 0, generation = 0, answer, text, stored }: Payload): Step {
      event.fill(0);
      event.set([code, kind, 0, stored ? (stored.data ? 2 : 1) : 0]);
      words(4, [attempt, generation]);
      if (answer?.kind === "session") {
        const { id, userId, renewsIn, endsIn, lapsesIn = endsIn } = answer;
        words(16, [fingerprint(id), fingerprint(id, 1), fingerprint(userId), fingerprint(userId, 1), fingerprint(text!)]);
        times(40, [renewsIn, lapsesIn, endsIn]);
      }
      if (answer?.kind === "failed") {
        event[2] = TROUBLES.indexOf(answer.trouble);
        times(40, [answer.retryAfter ?? 0]);
      }
      if (stored) {
        times(64, [stored.age]);
        event.set(stored.record, 72);
      }
      // What follows the last byte that is not zero need not be recorded.
      const said = event.slice(0, event.findLastIndex(Boolean) + 1);
      if (log.length < RECORDED) log.push(...bytesOf(Float64Array.of(now)), said.length, 0, ...said);
      const at = module.handle(now, EVENT_LEN);
      // Bytes that are no event change nothing.
      if (!at) return { ...brain.last, verdict: 0, effects: event.slice(0, 0) };
      const step = new DataView(buffer, at);
      const part = (from: number, length: number): Uint8Array => new Uint8Array(buffer, at + from, length).slice();
      const [verdict, rejection, count] = part(EFFECTS_AT, 3) as unknown as [number, number, number];
      return (brain.last = {
        verdict,
        rejection,
        effects: part(EFFECTS_AT + 4, count * 8),
        view: part(0, VIEW_LEN),
        record: part(MOMENT_AT + 8, RECORD_LEN),
        moment: { epoch: step.getUint32(MOMENT_AT, true), generation: step.getUint32(MOMENT_AT + 4, true) },
        deadline: step.getFloat64(DEADLINE_AT, true),
      });
    },
    recording: () => Uint8Array.from(log),
  };
  return brain;
}

const bytesOf = ({ buffer }: Uint32Array | Float64Array): Uint8Array => new Uint8Array(buffer);

/** The words for what went wrong, in the order of their numbers. */
export const TROUBLES = ["none", "offline", "unreachable", "unavailable", "too-many", "unexpected"] as const;

/** What an answer may be, in the order of the numbers. */
export const OUTCOMES: Answer["kind"][] = ["session", "nobody", "declined", "superseded", "failed"];
