import * as code from "./codes.ts";
import type { DebugStep } from "./options.ts";

/** The names of one list of numbers, such as `EVENT_`. */
function names(prefix: string): Map<number, string> {
  const list = Object.entries(code).filter(([name]) => name.startsWith(prefix));
  return new Map(list.map(([name, value]) => [value, name.slice(prefix.length).toLowerCase().replaceAll("_", "-")]));
}

const EVENTS = names("EVENT_");
const EFFECTS = names("EFFECT_");
const VERDICTS = names("VERDICT_");
const NEEDS = names("NEED_");
const NOTICES = names("NOTICE_");
const MESSAGES = names("MESSAGE_");
const SETTLEMENTS = names("SETTLEMENT_");

/** One effect in words. */
function effect([kind = 0, a = 0, b = 0, , attempt = 0]: number[]): string {
  const name = EFFECTS.get(kind) ?? String(kind);
  switch (kind) {
    case code.EFFECT_SEND:
      return `${name} ${NEEDS.get(a)} #${attempt}`;
    case code.EFFECT_SETTLED:
      return `${name} ${NEEDS.get(a)} ${SETTLEMENTS.get(b)}`;
    case code.EFFECT_NOTIFY:
      return `${name} ${NOTICES.get(a)}`;
    case code.EFFECT_TELL:
      return `${name} ${MESSAGES.get(a)}`;
    case code.EFFECT_ASK_LEADERSHIP:
    case code.EFFECT_GIVE_UP_LEADERSHIP:
    case code.EFFECT_CANCEL:
      return `${name} #${attempt}`;
    default:
      return name;
  }
}

/** A step of the machine in one line: `deadline-reached -> ask-leadership #3, publish`. No secret is in it (TC-7). */
export function explain({ event, verdict, effects }: DebugStep): string {
  const orders = Array.from({ length: effects.length / 8 }, (_, at) => effect([...effects.subarray(at * 8, at * 8 + 8)]));
  const words = verdict ? [VERDICTS.get(verdict) ?? String(verdict), ...orders] : orders;
  return `${EVENTS.get(event)} -> ${words.join(", ") || "nothing"}`;
}

/** For `createSession({ debug: toConsole })`. */
export const toConsole = (step: DebugStep): void => console.debug(`[stayd] ${explain(step)}`);
