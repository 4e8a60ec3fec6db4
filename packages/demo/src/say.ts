import { place } from "./dom.ts";

/** Tells screen readers what changed, politely. The same words twice are heard twice. */
export function say(words: string): void {
  const said = place("said");
  said.textContent = said.textContent === words ? `${words}\u00a0` : words;
}
