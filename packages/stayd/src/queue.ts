import { VERDICT_ADMIT, VERDICT_HOLD, VERDICT_REJECT } from "./codes.ts";
import type { SessionError } from "./backend.ts";
import { failure } from "./view.ts";

/** What the queue needs of the session. */
export interface Gate {
  /** Asks the machine about a request; `sent` is the moment at which one was sent that was answered 401. */
  ask(sent?: Uint8Array): { verdict: number; error: SessionError };
  /** One that was held is not wanted any more. */
  withdraw(): void;
  /** How the session stands: what tells whether a refusal is of the credential of now. */
  moment(): Uint8Array;
  /** Sends a request. */
  send: typeof fetch;
  /** Who is signed in. */
  person(): string | undefined;
  /** The longest a request may take, waiting and all, in ms. */
  timeout: number;
  /** Whether a refusal may lead to a renewal: a page that is being rendered on a server has none. */
  renews: boolean;
}

/** Requests of the page: sent, held while the session is renewed, and sent once more after a 401. */
export interface Queue {
  fetch: typeof fetch;
  /** Lets those that are held go, in the order they came; or rejects them. */
  settle(error?: SessionError): void;
}

/** An error of this package as what `fetch` rejects with. */
export class SessionFailure extends Error {
  /** Stable; see {@link SessionError}. */
  declare readonly code: string;
  constructor({ code, message }: SessionError) {
    super(message);
    this.name = "SessionFailure";
    this.code = code;
  }
}

export function createQueue(gate: Gate): Queue {
  const held = new Set<(error?: SessionError) => void>();

  /** Waits until the request may be sent; false where the page is to get the answer that it has. */
  const admitted = (signal: AbortSignal, sent?: Uint8Array): Promise<boolean> =>
    new Promise<boolean>((resolve, reject) => {
      const settle = (error?: SessionError): void => (error ? reject(new SessionFailure(error)) : resolve(true));
      // Before it is asked: whoever hears that requests wait may end that at once.
      held.add(settle);
      signal.onabort = () => {
        if (!held.delete(settle)) return;
        gate.withdraw();
        reject(signal.reason);
      };
      const { verdict, error } = gate.ask(sent);
      if (verdict === VERDICT_HOLD) return;
      held.delete(settle);
      if (verdict === VERDICT_REJECT) settle(error);
      else resolve(verdict === VERDICT_ADMIT);
    });

  return {
    async fetch(input, init) {
      // Its members are not its own: a copy of them would be empty.
      if (init instanceof Request) {
        input = new Request(input, init);
        init = undefined;
      }
      const own = new AbortController();
      const timer = setTimeout(() => own.abort(new SessionFailure(failure("timeout"))), gate.timeout);
      // What a `Request` says of these is lost beside an `init`, unless that says it as well. Of a text they are undefined.
      const { referrer, referrerPolicy, signal: its } = input as Request;
      const theirs = init?.signal ?? its;
      const signal = theirs ? AbortSignal.any([theirs, own.signal]) : own.signal;
      // A stream can be sent once; everything else is sent again as it was.
      const once = !gate.renews || init?.body instanceof ReadableStream;
      const person = gate.person();
      // What was asked as one person is not sent as another, nor given to the page of another, or of nobody (P9, scenario 50).
      const check = (): void => {
        if (person !== undefined && person !== gate.person()) throw new SessionFailure(failure("ended"));
      };
      try {
        signal.throwIfAborted();
        await admitted(signal);
        for (let again = false; ; again = true) {
          check();
          const moment = gate.moment();
          const copy = init?.body ? input : ((input as Request).clone?.() ?? input);
          const response = await gate.send(copy, { referrer, referrerPolicy, ...init, signal });
          check();
          // Of a request that was sent on it is not the one of here that was refused: that one was carried out.
          if (response.status !== 401 || response.redirected || again || once) return response;
          if (!(await admitted(signal, moment))) return response;
        }
      } finally {
        clearTimeout(timer);
        // While it is listened to it is kept for as long as theirs, which may be the page's own for all of its life.
        signal.onabort = null;
      }
    },
    settle(error) {
      held.forEach((one) => {
        held.delete(one);
        one(error);
      });
    },
  };
}
