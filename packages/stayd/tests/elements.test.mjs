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
