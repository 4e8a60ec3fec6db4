import { el, freshId } from "./dom.ts";
import { changes, isLocked, isOff, setBusy } from "./press.ts";

export interface FieldSpec {
  name: string;
  label: string;
  type: "text" | "email" | "password";
  autocomplete: AutoFill;
  hint?: string;
  minLength?: number;
  value?: string;
}

export interface CheckSpec {
  name: string;
  label: string;
  hint?: string;
  checked: boolean;
}

/** What a form says after its work: words for an error, or words for success (or none when the view changes). */
export type Result = { error: string } | { done: string | null };

export interface FormSpec {
  label: string;
  fields: FieldSpec[];
  check?: CheckSpec;
  submit: string;
  busy: string;
  /** True where it changes something as the person who is signed in: then it waits while the page may not. */
  changes?: boolean;
  /** True for the one button that matters most in the view. */
  primary?: boolean;
  /** True empties the form after success. */
  clears?: boolean;
  run(values: Record<string, string>, checked: boolean): Promise<Result>;
}

const LOCKED = "This cannot be saved now. What you typed stays here.";

interface Field {
  root: HTMLElement;
  input: HTMLInputElement;
  check(): boolean;
}

/** A form with labels, an error beside each field, one alert for the whole, and a button that shows its work. */
export function form(spec: FormSpec): HTMLFormElement {
  const fields = spec.fields.map(field);
  const alert = el("p", { class: "form-error", role: "alert" });
  const status = el("p", { class: "form-done", role: "status" });
  const button = el("button", { type: "submit", class: spec.primary ? "button primary wide" : "button" }, spec.submit);
  if (spec.changes) changes(button);
  const checkbox = spec.check ? checkField(spec.check) : null;
  const root = el(
    "form",
    { class: "form", "aria-label": spec.label, novalidate: true },
    ...fields.map((one) => one.root),
    checkbox?.root ?? null,
    alert,
    button,
    status,
  );

  const submit = async (): Promise<void> => {
    alert.textContent = "";
    status.textContent = "";
    const wrong = fields.filter((one) => !one.check())[0];
    if (wrong) return wrong.input.focus();
    setBusy(button, true);
    button.textContent = spec.busy;
    const values = Object.fromEntries(fields.map(({ input }) => [input.name, input.value]));
    const result = await spec.run(values, checkbox?.input.checked ?? false);
    setBusy(button, false);
    button.textContent = spec.submit;
    if ("error" in result) {
      alert.textContent = result.error;
      fields.find(({ input }) => input.type === "password" || spec.fields.length === 1)?.input.select();
      return;
    }
    if (spec.clears) root.reset();
    if (result.done) status.textContent = result.done;
  };
  root.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isOff(button)) void submit();
    else if (isLocked(button)) alert.textContent = LOCKED;
  });
  return root;
}

function field(spec: FieldSpec): Field {
  const id = freshId(spec.name);
  const error = el("p", { class: "field-error", id: `${id}-error` });
  const hint = spec.hint ? el("p", { class: "field-hint", id: `${id}-hint` }, spec.hint) : null;
  const input = el("input", {
    id,
    name: spec.name,
    type: spec.type,
    autocomplete: spec.autocomplete,
    value: spec.value ?? null,
    required: true,
    minlength: spec.minLength ?? null,
    "aria-describedby": hint ? `${id}-hint ${id}-error` : `${id}-error`,
    ...(spec.type === "text" ? {} : { autocapitalize: "none", spellcheck: "false" }),
  });
  const check = (): boolean => {
    const words = complaint(spec, input);
    error.textContent = words;
    if (words) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    return words === "";
  };
  input.addEventListener("input", () => {
    if (input.hasAttribute("aria-invalid")) check();
  });
  const box = el("div", { class: "input-box" }, input, spec.type === "password" && showButton(input, spec.label));
  const root = el("div", { class: "field" }, el("label", { for: id }, spec.label), box, hint, error);
  return { root, input, check };
}

/** What is wrong with a field, or nothing. `minlength` only speaks up after typing, hence the own count. */
function complaint(spec: FieldSpec, { value, validity }: HTMLInputElement): string {
  const what = spec.label.toLowerCase();
  if (spec.type === "password" ? value === "" : value.trim() === "") return `Enter your ${what}.`;
  if (validity.typeMismatch) return "Enter a complete e-mail address, such as ada@example.com.";
  if (spec.minLength && value.length < spec.minLength) return `Use at least ${spec.minLength} characters.`;
  return "";
}

function showButton(input: HTMLInputElement, label: string): HTMLButtonElement {
  const button = el(
    "button",
    { type: "button", class: "reveal", "aria-pressed": "false", "aria-label": `Show ${label.toLowerCase()}` },
    "Show",
  );
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    button.textContent = shown ? "Hide" : "Show";
  });
  return button;
}

function checkField(spec: CheckSpec): { root: HTMLElement; input: HTMLInputElement } {
  const id = freshId(spec.name);
  const input = el("input", {
    id,
    name: spec.name,
    type: "checkbox",
    checked: spec.checked,
    "aria-describedby": spec.hint ? `${id}-hint` : null,
  });
  const hint = spec.hint ? el("p", { class: "field-hint", id: `${id}-hint` }, spec.hint) : null;
  return { root: el("div", { class: "check" }, input, el("label", { for: id }, spec.label), hint), input };
}
