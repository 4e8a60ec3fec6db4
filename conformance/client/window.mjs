/**
 * As much of a page as the session store of the official client looks for: without a `window` it never asks the server.
 * Import this before the clients.
 */
const storage = () => {
  const items = new Map();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => { items.set(key, String(value)); },
    removeItem: (key) => { items.delete(key); },
  };
};

const page = Object.assign(new EventTarget(), { location: { href: "http://127.0.0.1/" }, localStorage: storage() });
globalThis.window = page;
globalThis.localStorage = page.localStorage;
globalThis.document = Object.assign(new EventTarget(), { visibilityState: "visible" });
