import {
  DEADLINE_AT,
  EFFECTS_AT,
  EVENT_LEN,
  MOMENT_AT,
  OUTCOME_DECLINED,
  OUTCOME_FAILED,
  OUTCOME_NOBODY,
  OUTCOME_SESSION,
  OUTCOME_SUPERSEDED,
  RECORD_LEN,
  RENDERED_NOBODY,
  RENDERED_NOTHING,
  RENDERED_SOMEBODY,
  VIEW_LEN,
} from "./codes.ts";
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

/** The machine, spoken to in events. */
export interface Brain {
  /** The last step. */
  readonly last: Step;
  /** Takes in an event; `write` appends its payload. */
  handle(now: number, code: number, write?: (out: Writer) => void): Step;
  /** The events so far as a recording, for `stayd replay`. */
  recording(): Uint8Array;
}

/** Puts fields into the event that is being made, each at its place (`stayd_core::codec::events`). */
export interface Writer {
  byte(at: number, value: number): void;
  word(at: number, value: number): void;
  ms(at: number, value: number): void;
  key(at: number, id: string): void;
  bytes(at: number, value: Uint8Array): void;
}

/** The configuration, in the machine's own numbers; times in ms. */
export interface Config {
  renewal: number;
  heartbeat: number;
  warning: number;
  fresh: number;
  timeout: number;
}

/** A recording has at most so many events: hours of a busy page. */
const RECORDED = 5000;

export function createBrain(module: Module, config: Config, seed: number): Brain {
  const { buffer } = module.memory;
  const base = module.io();
  const memory = new DataView(buffer, base);
  const event = new Uint8Array(buffer, base);
  let end = 0;
  /** How far the event goes. */
  const upTo = (at: number): void => {
    end = Math.max(end, at);
  };
  const out: Writer = {
    byte(at, value) {
      memory.setUint8(at, value);
      upTo(at + 1);
    },
    word(at, value) {
      memory.setUint32(at, value, true);
      upTo(at + 4);
    },
    ms(at, value) {
      memory.setFloat64(at, value, true);
      upTo(at + 8);
    },
    key(at, id) {
      out.word(at, fingerprint(id));
      out.word(at + 4, fingerprint(id, 1));
    },
    bytes(at, value) {
      event.set(value, at);
      upTo(at + value.length);
    },
  };
  const clear = (): void => {
    event.fill(0, 0, EVENT_LEN);
    end = 0;
  };

  out.byte(0, config.renewal);
  [config.heartbeat, config.warning, config.fresh, config.timeout].forEach((ms, at) => out.word(4 + at * 4, ms));
  const configuration = event.slice(0, end);
  module.start(seed, end);
  const log: [number, Uint8Array][] = [];

  const brain = {
    last: {} as Step,
    handle(now: number, code: number, write?: (out: Writer) => void): Step {
      clear();
      out.byte(0, code);
      write?.(out);
      if (log.length < RECORDED) log.push([now, event.slice(0, end)]);
      const at = module.handle(now, end);
      // Bytes that are no event change nothing.
      if (!at) return { ...brain.last, verdict: 0, effects: event.slice(0, 0) };
      const step = new DataView(buffer, at);
      const part = (from: number, length: number): Uint8Array => new Uint8Array(buffer).slice(at + from, at + from + length);
      return (brain.last = {
        verdict: step.getUint8(EFFECTS_AT),
        rejection: step.getUint8(EFFECTS_AT + 1),
        effects: part(EFFECTS_AT + 4, step.getUint8(EFFECTS_AT + 2) * 8),
        view: part(0, VIEW_LEN),
        record: part(MOMENT_AT + 8, RECORD_LEN),
        moment: { epoch: step.getUint32(MOMENT_AT, true), generation: step.getUint32(MOMENT_AT + 4, true) },
        deadline: step.getFloat64(DEADLINE_AT, true),
      });
    },
    recording(): Uint8Array {
      // "STAYD", format 1, the seed, the configuration; then each event with its time and its length.
      const parts: Uint8Array[] = [Uint8Array.of(0x53, 0x54, 0x41, 0x59, 0x44, 1), new Uint8Array(Uint32Array.of(seed).buffer), configuration];
      for (const [now, bytes] of log) {
        parts.push(new Uint8Array(Float64Array.of(now).buffer), Uint8Array.of(bytes.length, 0), bytes);
      }
      return Uint8Array.from(parts.flatMap((part) => [...part]));
    },
  };
  return brain;
}

/** Puts in a record, if there is one. */
export function writeStored(out: Writer, stored: Stored | null): void {
  if (!stored) return;
  out.byte(3, stored.data ? 2 : 1);
  out.ms(64, stored.age);
  out.bytes(72, stored.record);
}

/** Puts in what came of a request. `data` is the text of what pages show. */
export function writeOutcome(out: Writer, answer: Answer, data: string | null): void {
  out.byte(1, OUTCOMES[answer.kind]);
  if (answer.kind === "session") writeAnswer(out, answer, data!);
  if (answer.kind === "failed") {
    out.byte(2, TROUBLES.indexOf(answer.trouble));
    out.ms(40, answer.retryAfter ?? 0);
  }
}

/** Puts in what the server rendered into the page. */
export function writeRendered(out: Writer, answer: Answer | null, data: string | null): void {
  out.byte(1, !answer ? RENDERED_NOTHING : answer.kind === "session" ? RENDERED_SOMEBODY : RENDERED_NOBODY);
  if (answer?.kind === "session") writeAnswer(out, answer, data!);
}

function writeAnswer(out: Writer, { id, userId, renewsIn, endsIn, lapsesIn = endsIn }: Answer & { kind: "session" }, data: string): void {
  out.key(16, id);
  out.key(24, userId);
  out.word(32, fingerprint(data));
  [renewsIn, lapsesIn, endsIn].forEach((ms, at) => out.ms(40 + at * 8, ms));
}

/** The words for what went wrong, in the order of their numbers. */
export const TROUBLES = ["none", "offline", "unreachable", "unavailable", "too-many", "unexpected"] as const;

const OUTCOMES = {
  session: OUTCOME_SESSION,
  nobody: OUTCOME_NOBODY,
  declined: OUTCOME_DECLINED,
  superseded: OUTCOME_SUPERSEDED,
  failed: OUTCOME_FAILED,
};
