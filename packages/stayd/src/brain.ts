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
}

/** The machine, spoken to in events. */
export interface Brain {
  /** The last step. */
  readonly last: Step;
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

/** A recording has at most so many events: hours of a busy page. */
const RECORDED = 5000;

export function createBrain(module: Module, config: Config, seed: number): Brain {
  const base = module.io();
  const memory = new DataView(module.memory.buffer, base);
  const bytes = new Uint8Array(module.memory.buffer, base);
  let at = 0;
  const out: Writer = {
    byte: (value) => memory.setUint8(at++, value),
    word(value) {
      memory.setUint32(at, value, true);
      at += 4;
    },
    ms(value) {
      memory.setFloat64(at, value, true);
      at += 8;
    },
    key(id) {
      out.word(fingerprint(id));
      out.word(fingerprint(id, 1));
    },
    bytes(value) {
      bytes.set(value, at);
      at += value.length;
    },
  };

  out.byte(config.renewal);
  for (const ms of [config.heartbeat, config.warning, config.fresh, config.timeout]) out.word(ms);
  const configuration = bytes.slice(0, at);
  module.start(seed, at);
  const log: [number, Uint8Array][] = [];

  const brain = {
    last: {} as Step,
    deadline: () => module.deadline(),
    handle(now: number, code: number, write?: (out: Writer) => void): Step {
      at = 0;
      out.byte(code);
      write?.(out);
      if (log.length < RECORDED) log.push([now, bytes.slice(0, at)]);
      const end = module.handle(now, at);
      return (brain.last = {
        verdict: memory.getUint8(EFFECTS_AT),
        rejection: memory.getUint8(EFFECTS_AT + 1),
        effects: bytes.slice(EFFECTS_AT + 4, end),
        view: bytes.slice(0, VIEW_LEN),
        record: bytes.slice(VIEW_LEN + 12, VIEW_LEN + 12 + RECORD_LEN),
        moment: { epoch: memory.getUint32(VIEW_LEN, true), generation: memory.getUint32(VIEW_LEN + 4, true) },
      });
    },
    recording(): Uint8Array {
      // "STAYD", format 1, the seed, the configuration; then each event with its time and its length.
      const parts: Uint8Array[] = [Uint8Array.of(0x53, 0x54, 0x41, 0x59, 0x44, 1), new Uint8Array(Uint32Array.of(seed).buffer), configuration];
      for (const [now, event] of log) {
        parts.push(new Uint8Array(Float64Array.of(now).buffer), Uint8Array.of(event.length, 0), event);
      }
      return Uint8Array.from(parts.flatMap((part) => [...part]));
    },
  };
  return brain;
}

/** Appends a record that may be there. */
export function writeStored(out: Writer, stored: Stored | null): void {
  out.byte(+!!stored);
  if (stored) writeRecord(out, stored);
}

/** Appends a record. */
export function writeRecord(out: Writer, { age, data, record }: Stored): void {
  out.ms(age);
  out.byte(+!!data);
  out.bytes(record);
}

/** Appends what came of a request. `data` is the text of what pages show. */
export function writeOutcome(out: Writer, answer: Answer, data: string | null): void {
  out.byte(OUTCOMES[answer.kind]);
  if (answer.kind === "session") writeAnswer(out, answer, data!);
  if (answer.kind === "failed") {
    out.byte(TROUBLES.indexOf(answer.trouble));
    out.ms(answer.retryAfter ?? 0);
  }
}

/** Appends what the server rendered into the page. */
export function writeRendered(out: Writer, answer: Answer | null, data: string | null): void {
  out.byte(!answer ? RENDERED_NOTHING : answer.kind === "session" ? RENDERED_SOMEBODY : RENDERED_NOBODY);
  if (answer?.kind === "session") writeAnswer(out, answer, data!);
}

function writeAnswer(out: Writer, { id, userId, renewsIn, endsIn, lapsesIn = endsIn }: Answer & { kind: "session" }, data: string): void {
  out.key(id);
  out.key(userId);
  out.word(fingerprint(data));
  for (const ms of [renewsIn, lapsesIn, endsIn]) out.ms(ms);
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
