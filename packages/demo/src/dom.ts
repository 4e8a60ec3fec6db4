type Child = Node | string | null | false;
type Attributes = Record<string, string | number | boolean | null>;

/** Builds an element. Text goes in as text: no data ever becomes markup in this page. */
export function el<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === false) continue;
    element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== null && child !== false));
  return element;
}

/** A picture of one path, for the eye only. */
export function icon(path: string, className = "icon"): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: className, "aria-hidden": "true" })) {
    svg.setAttribute(key, value);
  }
  const shape = document.createElementNS("http://www.w3.org/2000/svg", "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/** The element of the page with this id; the page is broken without it. */
export function place(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found;
}

let lastId = 0;
/** An id nobody else in this page has, to tie labels, hints and errors to their fields. */
export const freshId = (stem: string): string => `${stem}-${++lastId}`;

/** Any value of the server's as text. */
export const text = (value: unknown): string => (typeof value === "string" ? value : "");
