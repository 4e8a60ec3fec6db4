type Attributes = Record<string, string | boolean | undefined | ((event: Event) => unknown)>;

/** An element with attributes, `on...` listeners and children. Text is text: nothing is ever parsed. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string | false | null | undefined)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => typeof child === "string" || child instanceof Node));
  return element;
}

/** A button that does one thing at a time. Shown as off while it does, and still there for the focus. */
export function button(words: string, act: () => unknown, attributes: Attributes = {}): HTMLButtonElement {
  const made = h("button", { type: "button", part: "button", ...attributes }, words);
  made.addEventListener("click", async () => {
    if (isOff(made)) return;
    setOff(made, true);
    try {
      await act();
    } finally {
      setOff(made, false);
    }
  });
  return made;
}

/** The one that is meant to be pressed. */
export const MAIN = { class: "main", part: "button main" };

export const isOff = (made: Element): boolean => made.getAttribute("aria-disabled") === "true";
export const setOff = (made: Element, off: boolean): void => made.setAttribute("aria-disabled", String(off));

/** The same text again would be read out again. */
export function say(element: Element, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}
