import { client, type SignedIn } from "./client.ts";

/** What the page shows of the session. `loading` lasts until the first answer, so that no wrong state flashes by. */
export type State =
  | { kind: "loading" }
  | { kind: "unreachable" }
  | { kind: "signed-out" }
  | { kind: "signed-in"; data: SignedIn };

type Answer = ReturnType<typeof client.useSession.get>;

const isSettled = (answer: Answer): boolean => !answer.isPending && !answer.isRefetching;

/** The server could not say who is here. (401 is an answer: nobody.) */
export const isTrouble = (answer: Answer): boolean =>
  isSettled(answer) && answer.error !== null && answer.error.status !== 401;

/**
 * The next state. While an answer is on its way the last one stands, and so it does when the server cannot answer:
 * only the server ends a session. Sessions this page ended itself (`ended`) never come back, whatever was kept.
 */
export function next(previous: State, answer: Answer, ended: ReadonlySet<string>): State {
  if (!isSettled(answer)) return previous;
  const { data } = answer;
  if (data && !ended.has(data.session.id)) return { kind: "signed-in", data };
  if (isTrouble(answer)) return previous.kind === "loading" ? { kind: "unreachable" } : previous;
  return { kind: "signed-out" };
}

/** Asks again. */
export const lookAgain = (): Promise<void> => client.useSession.get().refetch();

/** Asks again and waits for the answer; another request made meanwhile may be the one that brings it. */
export function freshAnswer(): Promise<Answer> {
  void lookAgain();
  return new Promise((resolve) => {
    const stop = client.useSession.listen((answer) => {
      if (!isSettled(answer)) return;
      stop();
      resolve(answer);
    });
  });
}
