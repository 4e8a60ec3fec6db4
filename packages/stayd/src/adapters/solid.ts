import { type Accessor, type JSX, createComponent, createContext, createSignal, onCleanup, onMount, sharedConfig, useContext } from "solid-js";
import { type AnySession, type Pick, type SessionView, type StaydSession, demand, whole } from "./session.ts";

const Context = createContext<AnySession>();

/** Gives a session to all components inside. */
export const SessionProvider = (props: { session: AnySession; children?: JSX.Element }): JSX.Element =>
  createComponent(Context.Provider, {
    value: props.session,
    get children() {
      return props.children;
    },
  });

/** The session itself, to act on: `const { signIn, signOut } = useSessionActions()`. */
export const useSessionActions = <S extends AnySession = StaydSession>(): S => demand<S>(useContext(Context), "<SessionProvider>");

/** What the page sees, or the part of it that `pick` answers. Changes only when that is another value. */
export function useSession(): Accessor<SessionView>;
export function useSession<T>(pick: Pick<T>): Accessor<T>;
export function useSession(pick: Pick<unknown> = whole): Accessor<unknown> {
  const session = useSessionActions();
  // Hydration takes the server's markup as it is and looks at nothing twice, so it begins with what was rendered.
  const [value, set] = createSignal(pick(sharedConfig.context ? session.rendered : session.get()));
  // Never on a server, where nothing would end it.
  onMount(() => onCleanup(session.subscribe((view) => set(() => pick(view)))));
  return value;
}
