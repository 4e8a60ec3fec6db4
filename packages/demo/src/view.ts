import type { SessionView } from "./session.ts";
import type { Notice } from "./views/notice.ts";

/** One whole screen of the page. */
export interface View {
  /** The title of the browser's tab. */
  readonly title: string;
  root: HTMLElement;
  /** Takes the focus when this view replaces another. */
  heading: HTMLElement;
  /** The session has changed, and this view still shows it. */
  update?(now: SessionView): void;
  /** Looks again at what the view fetched itself, after a time away. */
  refresh?(): void;
  /** Says something on top, in place of what it said before. */
  tell?(notice: Notice): void;
}
