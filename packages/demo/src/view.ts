import type { SignedIn } from "./client.ts";

/** One whole screen of the page. */
export interface View {
  /** The title of the browser's tab. */
  title: string;
  root: HTMLElement;
  /** Takes the focus when this view replaces another. */
  heading: HTMLElement;
  /** New data for the same person. */
  update?(data: SignedIn): void;
  /** Looks again at what the view fetched itself, after a time away. */
  refresh?(): void;
}
