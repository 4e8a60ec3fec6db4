// A session that counts who listens to it, for the pages that count renderings.
import { type Session, createSession } from "stayd";

declare global {
  interface Window {
    session: Session;
    /** How many listen to the session. */
    listening: number;
    /** How often each component has been rendered. */
    rendered: { whole: number; name: number };
    mountAgain(): void;
    unmount(): void;
  }
}

window.listening = 0;
window.rendered = { whole: 0, name: 0 };
const session = (window.session = createSession() as Session);

const counted =
  (listen: Session["listen"]): Session["listen"] =>
  (listener) => {
    const stop = listen(listener);
    let listens = true;
    window.listening++;
    return () => {
      if (listens) window.listening--;
      listens = false;
      stop();
    };
  };

/** The session, counted. */
export const counting: Session = Object.create(session, {
  listen: { value: counted(session.listen) },
  subscribe: { value: counted(session.subscribe) },
}) as Session;

/** For a component's markup: counts a rendering and shows what it shows. */
export function count<T>(component: "whole" | "name", shown: T): T {
  window.rendered[component]++;
  return shown;
}
