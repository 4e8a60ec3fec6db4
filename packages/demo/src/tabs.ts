import { el, freshId } from "./dom.ts";

export interface Tab {
  label: string;
  panel: HTMLElement;
}

/** Tabs as the ARIA practices describe them: one stop for Tab, arrows between, Home and End. */
export function tabs(label: string, all: Tab[]): HTMLElement {
  const list = el("div", { class: "tabs", role: "tablist", "aria-label": label });
  const panels: HTMLElement[] = [];
  const buttons = all.map((tab, index) => {
    const [id, panelId] = [freshId("tab"), freshId("panel")];
    const button = el("button", { type: "button", role: "tab", id, "aria-controls": panelId }, tab.label);
    button.addEventListener("click", () => choose(index));
    panels.push(el("div", { role: "tabpanel", id: panelId, "aria-labelledby": id }, tab.panel));
    return button;
  });

  const choose = (chosen: number): void => {
    buttons.forEach((button, index) => {
      button.setAttribute("aria-selected", String(index === chosen));
      button.tabIndex = index === chosen ? 0 : -1;
    });
    panels.forEach((panel, index) => (panel.hidden = index !== chosen));
  };

  list.addEventListener("keydown", (event) => {
    const now = buttons.findIndex((button) => button === document.activeElement);
    const moves: Record<string, number> = {
      ArrowRight: (now + 1) % buttons.length,
      ArrowLeft: (now - 1 + buttons.length) % buttons.length,
      Home: 0,
      End: buttons.length - 1,
    };
    const target = moves[event.key];
    if (now < 0 || target === undefined) return;
    event.preventDefault();
    choose(target);
    buttons[target]?.focus();
  });

  list.append(...buttons);
  choose(0);
  return el("div", {}, list, ...panels);
}
