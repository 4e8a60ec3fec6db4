// The page of the guide to the elements, under the strictest policy that WebAssembly allows.
import { readGuide } from "./guide.mjs";

export const POLICY = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:";

const guide = Object.fromEntries(await readGuide("elements"));
const HEAD = '<meta charset="utf-8"><link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">';

const page = (lang, dir) => `<!doctype html><html lang="${lang}" dir="${dir}"><title>elements</title>${HEAD}
<script type="module" src="/main.js"></script>${guide["body.html"]}</html>`;

/** `createSession` that counts who listens. */
const COUNTING = `import { createSession as create } from "/stayd/index.js";
window.listening = 0;
export function createSession(options) {
  const session = (window.session = create(options));
  const { subscribe } = session;
  session.subscribe = (listener) => {
    const stop = subscribe(listener);
    window.listening++;
    return () => (window.listening--, stop());
  };
  return session;
}`;

/** Words in a language that the package does not speak, and not all of them. */
const ARABIC = `{ words: { ar: { stay: "البقاء مسجلا", dismiss: "إغلاق", endsIn: (minutes) => "تنتهي جلستك خلال " + minutes + " دقائق." } } }`;

/** For `startSite`: the page in English, in German, and in a language that is written from right to left. */
export const PAGES = {
  "/": page("en", "ltr"),
  "/de": page("de", "ltr"),
  "/rtl": page("ar", "rtl"),
  "/counting.js": COUNTING,
  "/main.js": guide["main.js"]
    .replace('"stayd"', '"/counting.js"')
    .replace('"stayd/elements"', '"/stayd/elements.js"')
    .replace("defineElements(session)", `defineElements(session, ${ARABIC})`),
};
