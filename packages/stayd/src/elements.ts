// What a page shows of its session without a framework: four custom elements.
import type { Session } from "./session.ts";
import { bind } from "./elements/element.ts";
import { EndedBanner } from "./elements/ended-banner.ts";
import { ExpiryWarning } from "./elements/expiry-warning.ts";
import { Offline } from "./elements/offline.ts";
import { Sessions } from "./elements/sessions.ts";
import { type Words, addWords } from "./elements/words.ts";

export type { Words };

/** How the elements speak. */
export interface ElementOptions {
  /**
   * By language, as in `lang`: other words, or another language. English and German are there. `pt-BR` goes before `pt`, and what is missing in both is
   * said in English.
   */
  words?: Record<string, Partial<Words>>;
}

const ELEMENTS = {
  "stayd-expiry-warning": ExpiryWarning,
  "stayd-ended-banner": EndedBanner,
  "stayd-sessions": Sessions,
  "stayd-offline": Offline,
};

/** Gives the elements their session, and their names to the page. Does nothing on a server. */
export function defineElements(session: Session<any, any>, { words = {} }: ElementOptions = {}): void {
  if (typeof customElements === "undefined") return;
  for (const [language, own] of Object.entries(words)) addWords(language, own);
  bind(session);
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}
