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

/** As much of a page as a strip needs. */
function fakePage(t) {
  class Node extends EventTarget {
    children = [];
    setAttribute() {}
    append(...children) {
      this.children.push(...children);
    }
    replaceChildren(...children) {
      this.children = children;
    }
    /** What one reads in it. */
    get said() {
      return this.textContent ?? this.children.map(({ said }) => said).join("");
    }
  }
  class HTMLElement extends Node {
    attachShadow() {
      return (this.shadow = new Node());
    }
    closest() {
      return { lang: "en" };
    }
  }
  const fakes = { Node, HTMLElement, CSSStyleSheet: class { replaceSync() {} }, document: { createElement: () => new Node() } };
  Object.assign(globalThis, fakes);
  t.after(() => Object.keys(fakes).forEach((name) => delete globalThis[name]));
  Object.defineProperty(globalThis, "navigator", { value: { language: "en-GB", languages: ["en-GB"] }, configurable: true });
}

test("the time that is told during an outage is of before it, and none where nothing was seen before it", async (t) => {
  fakePage(t);
  t.mock.timers.enable({ apis: ["Date"], now: new Date(2026, 0, 1, 9, 15) });
  const { Offline } = await source("elements/offline", "#offline");
  const confirmed = { data: {}, verified: true, offline: false, error: null, expired: false };
  const strip = new Offline();
  strip.show(confirmed);
  t.mock.timers.tick(60_000);
  for (const minutesLeft of [10, 9]) {
    t.mock.timers.tick(3_600_000);
    strip.show({ ...confirmed, offline: true, minutesLeft });
    assert.match(strip.shadow.said, /known at 09:15/);
  }
  strip.show(confirmed);
  strip.show({ ...confirmed, offline: true });
  assert.match(strip.shadow.said, /known at 11:16/, "and of what was confirmed after it");
  const late = new Offline();
  late.show({ ...confirmed, offline: true });
  assert.equal(late.shadow.said, "You are offline.");
});

test("words are found by the whole language, then by its first part, in whatever letters", async () => {
  const { addWords, wordsOf } = await source("elements/words", "#found");
  const [en, de] = [wordsOf("en"), wordsOf("de")];
  assert.notEqual(de.stay, en.stay);
  assert.deepEqual([wordsOf("DE"), wordsOf("de-AT"), wordsOf("x")], [de, de, en]);
  addWords("pt-BR", { stay: "Continuar conectado" });
  addWords("PT", { stay: "Manter sessão", end: "Terminar" });
  const said = ["pt-br", "pt-PT", "PT-BR"].map((language) => [wordsOf(language).stay, wordsOf(language).end, wordsOf(language).retry]);
  const brazil = ["Continuar conectado", "Terminar", en.retry];
  assert.deepEqual(said, [brazil, ["Manter sessão", "Terminar", en.retry], brazil]);
});

test("an element speaks the language of its page, also of a country or in capitals", async () => {
  const [{ SessionElement }, { wordsOf }] = await Promise.all([source("elements/element", "#speaks"), source("elements/words")]);
  const { get } = Object.getOwnPropertyDescriptor(SessionElement.prototype, "words");
  for (const language of ["de", "DE", "de-AT"]) assert.equal(get.call({ language }).stay, wordsOf("de").stay);
});
