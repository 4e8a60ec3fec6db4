import {
  EFFECTS_AT,
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
  handle(now: number, length: number): number;
  deadline(): number;
}

/** A record from elsewhere: its bytes, how long ago it was written (ms), and whether what pages show came with it. */
export interface Stored {
  record: Uint8Array;
  age: number;
  data: string | null;
}

/** What one step gave. `effects` are 8 bytes each. */
export interface Step {
  verdict: number;
  rejection: number;
  effects: Uint8Array;
}

/** How the session is known to this page: epoch and generation of the machine. */
export interface Moment {
  epoch: number;
  generation: number;
}

/** The machine, spoken to in events. */
export interface Brain {
  /** The bytes of the view, of the record: as they are after the last step. */
  readonly view: Uint8Array;
  readonly record: Uint8Array;
  readonly moment: Moment;
  /** Why the machine wants to be woken; 255 for never. */
  readonly reason: number;
  deadline(): number;
  /** Takes in an event; `write` appends its payload. */
  handle(now: number, code: number, write?: (out: Writer) => void): Step;
  /** The events so far as a recording, for `stayd replay`. */
  recording(): Uint8Array;
}

/** Appends to the event that is being made. */
export interface Writer {
  byte(value: number): void;
  word(value: number): void;
  ms(value: number): void;
  key(id: string): void;
  bytes(value: Uint8Array): void;
}

/** The configuration, in the machine's own numbers; times in ms. */
export interface Config {
  renewal: number;
  heartbeat: number;
  warning: number;
  fresh: number;
  timeout: number;
}

/** A recording stops growing here, in bytes: some hours of a busy page. */
const RECORDING_LIMIT = 65536;

export function createBrain(module: Module, config: Config, seed: number): Brain {
  const { buffer } = module.memory;
  const base = module.io();
  const memory = new DataView(buffer);
  const copy = (from: number, length: number): Uint8Array<ArrayBuffer> => new Uint8Array(buffer).slice(base + from, base + from + length);
  let at = 0;
  const out: Writer = {
    byte: (value) => memory.setUint8(base + at++, value),
    word(value) {
      memory.setUint32(base + at, value, true);
      at += 4;
    },
    ms(value) {
      memory.setFloat64(base + at, value, true);
      at += 8;
    },
    key(id) {
      out.word(fingerprint(id));
      out.word(fingerprint(id, 0x5bd1e995));
    },
    bytes(value) {
      new Uint8Array(buffer).set(value, base + at);
      at += value.length;
    },
  };

  out.byte(config.renewal);
  for (const ms of [config.heartbeat, config.warning, config.fresh, config.timeout]) out.word(ms);
  const head = new Uint8Array(10 + at);
  // "STAYD", format 1, the seed, the configuration.
  head.set([0x53, 0x54, 0x41, 0x59, 0x44, 1]);
  new DataView(head.buffer).setUint32(6, seed, true);
  head.set(copy(0, at), 10);
  module.start(seed, at);
  const log = [head];
  let logged = head.length;

  const brain = {
    view: new Uint8Array(VIEW_LEN) as Uint8Array,
    record: new Uint8Array(RECORD_LEN) as Uint8Array,
    moment: { epoch: 0, generation: 0 },
    reason: 255,
    deadline: () => module.deadline(),
    handle(now: number, code: number, write?: (out: Writer) => void): Step {
      at = 0;
      out.byte(code);
      write?.(out);
      if (logged < RECORDING_LIMIT) {
        const entry = new Uint8Array(10 + at);
        const view = new DataView(entry.buffer);
        view.setFloat64(0, now, true);
        view.setUint16(8, at, true);
        entry.set(copy(0, at), 10);
        logged += log[log.push(entry) - 1]!.length;
      }
      // Bytes that are no event change nothing and give no step.
      const length = module.handle(now, at);
      if (!length) return { verdict: 0, rejection: 0, effects: new Uint8Array() };
      brain.view = copy(0, VIEW_LEN);
      brain.moment = {
        epoch: memory.getUint32(base + VIEW_LEN, true),
        generation: memory.getUint32(base + VIEW_LEN + 4, true),
      };
      brain.reason = memory.getUint8(base + VIEW_LEN + 8);
      brain.record = copy(VIEW_LEN + 12, RECORD_LEN);
      const step = copy(EFFECTS_AT, length - EFFECTS_AT);
      return { verdict: step[0]!, rejection: step[1]!, effects: step.subarray(4) };
    },
    recording(): Uint8Array {
      const whole = new Uint8Array(logged);
      let end = 0;
      for (const part of log) {
        whole.set(part, end);
        end += part.length;
      }
      return whole;
    },
  };
  return brain;
}

/** Appends a record that may be there. */
export function writeStored(out: Writer, stored: Stored | null): void {
  out.byte(stored ? 1 : 0);
  if (stored) writeRecord(out, stored);
}

/** Appends a record. */
export function writeRecord(out: Writer, { age, data, record }: Stored): void {
  out.ms(Math.max(0, age));
  out.byte(data ? 1 : 0);
  out.bytes(record);
}

/** Appends what came of a request. `data` is the text of what pages show. */
export function writeOutcome(out: Writer, answer: Answer, data: string | null): void {
  if (answer.kind === "session") {
    out.byte(OUTCOME_SESSION);
    writeAnswer(out, answer, data!);
  } else if (answer.kind === "failed") {
    out.byte(OUTCOME_FAILED);
    out.byte(TROUBLES.indexOf(answer.trouble));
    out.ms(answer.retryAfter ?? 0);
  } else {
    out.byte({ nobody: OUTCOME_NOBODY, declined: OUTCOME_DECLINED, superseded: OUTCOME_SUPERSEDED }[answer.kind]);
  }
}

/** Appends what the server rendered into the page. */
export function writeRendered(out: Writer, answer: Answer | null, data: string | null): void {
  if (answer?.kind === "session") {
    out.byte(RENDERED_SOMEBODY);
    writeAnswer(out, answer, data!);
  } else {
    out.byte(answer ? RENDERED_NOBODY : RENDERED_NOTHING);
  }
}

function writeAnswer(out: Writer, answer: Answer & { kind: "session" }, data: string): void {
  out.key(answer.id);
  out.key(answer.userId);
  out.word(fingerprint(data));
  out.ms(answer.renewsIn);
  out.ms(answer.lapsesIn ?? answer.endsIn);
  out.ms(answer.endsIn);
}

/** The words for what went wrong, in the order of their numbers. */
export const TROUBLES = ["none", "offline", "unreachable", "unavailable", "too-many", "unexpected"] as const;
