// What elements do without a page. With one: e2e/tests/elements.test.mjs.
import assert from "node:assert/strict";
import { test } from "node:test";
import { source } from "./source.mjs";

test("times are written in the language of the page, and in the browser's where that is none", async () => {
  const { SessionElement } = await source("elements/element");
  const { get } = Object.getOwnPropertyDescriptor(SessionElement.prototype, "locale");
  Object.defineProperty(globalThis, "navigator", { value: { language: "de-AT", languages: ["de-AT", "en-GB"] }, configurable: true });
  for (const [language, expected] of [["en", "en-GB"], ["fr", "fr"], ["en_US", "de-AT"], ["", "de-AT"], ["x", "de-AT"]]) {
    const locale = get.call({ language });
    assert.equal(locale, expected);
    assert.doesNotThrow(() => new Date(0).toLocaleTimeString(locale));
  }
});

test("what only a recent sign-in may do is said to need one, and not to be tried again", async () => {
  const [{ SessionElement }, { wordsOf }] = await Promise.all([source("elements/element"), source("elements/words")]);
  for (const language of ["en", "de"]) {
    const words = wordsOf(language);
    assert.equal(SessionElement.prototype.explain.call({ words }, { code: "SESSION_NOT_FRESH" }), words.notFresh);
    assert.equal(SessionElement.prototype.explain.call({ words }, { code: "ANYTHING" }), words.failed);
  }
});
