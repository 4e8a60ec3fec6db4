/**
 * Whether buttons can be pressed. `aria-disabled` and not `disabled`: the focus stays where it is, and a screen reader still finds
 * the button. There are two reasons, and a button is free when neither holds.
 */
type Reason = "busy" | "locked";

const REASONS: Reason[] = ["busy", "locked"];

function mark(button: HTMLElement, reason: Reason, holds: boolean): void {
  button.toggleAttribute(`data-${reason}`, holds);
  const off = REASONS.some((one) => button.hasAttribute(`data-${one}`));
  if (off) button.setAttribute("aria-disabled", "true");
  else button.removeAttribute("aria-disabled");
}

export const isOff = (button: HTMLElement): boolean => button.getAttribute("aria-disabled") === "true";
export const isLocked = (button: HTMLElement): boolean => button.hasAttribute("data-locked");

/** While its work is under way a button takes no second press. */
export const setBusy = (button: HTMLElement, busy: boolean): void => mark(button, "busy", busy);

/** Marks a button that changes something on the server: `allowChanges` locks and unlocks it. */
export function changes<B extends HTMLElement>(button: B, allowed = true): B {
  button.setAttribute("data-changes", "");
  mark(button, "locked", !allowed);
  return button;
}

/** Locks or unlocks what changes something, by the client's `canMutate`. What people type in is left to them. */
export function allowChanges(root: HTMLElement, allowed: boolean): void {
  for (const button of root.querySelectorAll<HTMLElement>("[data-changes]")) mark(button, "locked", !allowed);
}

/** What a button does: once at a time, and not while it is locked. */
export function onPress(button: HTMLElement, work: () => Promise<void>): void {
  button.addEventListener("click", () => {
    if (isOff(button)) return;
    setBusy(button, true);
    void work().finally(() => setBusy(button, false));
  });
}
