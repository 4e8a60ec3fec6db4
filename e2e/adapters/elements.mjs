// A page with the four elements, under the strictest policy that WebAssembly allows.
export const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";

const HEAD = '<meta charset="utf-8"><link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">';

/** The page in a language, with a writing direction and more in its `<html>`. */
export const elementsPage = ({ lang = "en", dir = "ltr" } = {}) => `<!doctype html>
<html lang="${lang}" dir="${dir}"><title>elements</title>${HEAD}<script type="module" src="/elements.js"></script>
<stayd-ended-banner></stayd-ended-banner>
<stayd-offline></stayd-offline>
<main><h1>A page</h1><label>A draft <textarea rows="4"></textarea></label>
<h2>Sessions</h2><stayd-sessions></stayd-sessions></main>
<stayd-expiry-warning></stayd-expiry-warning></html>`;

export const SCRIPT = `import { createSession } from "/stayd/index.js";
import { defineElements } from "/stayd/elements.js";
// No use extends the session by itself: that is when people are warned.
window.session = createSession({ renewal: "manual" });
window.listening = 0;
const subscribe = session.subscribe;
session.subscribe = (listener) => {
  const stop = subscribe(listener);
  window.listening++;
  return () => (window.listening--, stop());
};
defineElements(session, { words: { ar: { stay: "ابق مسجلا" } } });`;
