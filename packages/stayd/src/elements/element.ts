import type { SessionError } from "../backend.ts";
import type { Session } from "../session.ts";
import type { SessionView } from "../view.ts";
import { stylesheet } from "./style.ts";
import { type Words, wordsOf } from "./words.ts";

type AnySession = Session<any, any>;

let bound: AnySession | undefined;

/** The session of all elements that are connected from now on. */
export const bind = (session: AnySession): void => void (bound = session);

/** Where there are no elements, as on a server, the classes are there and nobody makes one. */
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;

/** An element that shows a session while it is in the page. */
export abstract class SessionElement extends Base {
  protected session!: AnySession;
  /** What is in the shadow. */
  protected readonly root = this.attachShadow({ mode: "open" });
  #stop: (() => void) | undefined;
  #cameFrom: HTMLElement | null = null;

  constructor() {
    super();
    this.root.adoptedStyleSheets = [stylesheet()];
    // Reaches the element only when the focus comes from outside; from nowhere, where what had it in here has gone.
    this.addEventListener("focusin", ({ relatedTarget }) => {
      if (relatedTarget) this.#cameFrom = relatedTarget as HTMLElement;
    });
  }

  connectedCallback(): void {
    if (!bound) return;
    this.session = bound;
    this.#stop = bound.subscribe((view) => this.show(view));
  }

  disconnectedCallback(): void {
    this.#stop?.();
    this.root.replaceChildren();
    this.forget();
  }

  /** What was shown is gone: the element is taken out of the page, or put elsewhere in it. */
  protected forget(): void {}

  /** Shows a view; called with every one. */
  protected abstract show(view: SessionView): void;

  /** Takes everything away; the focus goes back to where it came from. */
  protected clear(): void {
    const held = this.root.activeElement;
    this.root.replaceChildren();
    if (held) this.#cameFrom?.focus();
    this.#cameFrom = null;
  }

  /** The nearest `lang`, also outside of the trees that this element is in. */
  private get language(): string {
    for (let at: Element | undefined = this; at; at = (at.getRootNode() as ShadowRoot).host) {
      const found = at.closest<HTMLElement>("[lang]")?.lang;
      if (found) return found;
    }
    return navigator.language;
  }

  /** How the person writes times in that language, where the browser knows: "en" alone does not say which. */
  protected get locale(): string {
    const found = navigator.languages.find((one) => one.startsWith(this.language)) ?? this.language;
    try {
      return Intl.getCanonicalLocales(found)[0] ?? navigator.language;
    } catch {
      // `lang="en_US"` is no language, and every time in it would throw.
      return navigator.language;
    }
  }

  protected get words(): Words {
    return wordsOf(this.language);
  }

  /** What went wrong, in words; what has no code is what `fetch` throws without a network. */
  protected explain({ code }: Partial<SessionError>): string {
    const { wrong, notFresh, noServer, failed } = this.words;
    if (code === "INVALID_EMAIL_OR_PASSWORD") return wrong;
    if (code === "SESSION_NOT_FRESH") return notFresh;
    return !code || /^(unreachable|unavailable|offline|timeout)$/.test(code) ? noServer : failed;
  }
}
