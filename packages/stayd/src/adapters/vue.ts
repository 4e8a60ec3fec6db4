import { type InjectionKey, type ObjectPlugin, type ShallowRef, getCurrentInstance, getCurrentScope, inject, onMounted, onScopeDispose, shallowRef } from "vue";
import { type AnySession, type Pick, type SessionView, type StaydSession, demand, whole } from "./session.ts";

const KEY: InjectionKey<AnySession> = Symbol("stayd");

/** For `app.use`: gives a session to all components of an app. */
export const sessionPlugin = (session: AnySession): ObjectPlugin => ({ install: (app) => void app.provide(KEY, session) });

/** The session itself, to act on: `const { signIn, signOut } = useSessionActions()`. */
export const useSessionActions = <S extends AnySession = StaydSession>(): S => demand<S>(inject(KEY, null), "app.use(sessionPlugin(session))");

/**
 * What the page sees, or the part of it that `pick` answers. Triggers only when that is another value. Outside of components and effect scopes
 * it is what the page sees now, and stays that.
 */
export function useSession(): Readonly<ShallowRef<SessionView>>;
export function useSession<T>(pick: Pick<T>): Readonly<ShallowRef<T>>;
export function useSession(pick: Pick<unknown> = whole): Readonly<ShallowRef<unknown>> {
  const session = useSessionActions();
  // A component that has its element before it is mounted is being hydrated.
  const hydrates = getCurrentInstance()?.vnode.el;
  const value = shallowRef(pick(hydrates ? session.rendered : session.get()));
  let stop: (() => void) | undefined;
  const follow = (): void => void (stop = session.subscribe((view) => (value.value = pick(view))));
  const scope = getCurrentScope();
  // Never on a server, nor where there is no scope, as in a router's guard: nothing would end it. In a scope alone nothing is mounted.
  if (getCurrentInstance()) onMounted(follow);
  else if (scope && typeof document !== "undefined") follow();
  if (scope) onScopeDispose(() => stop?.());
  return value;
}
