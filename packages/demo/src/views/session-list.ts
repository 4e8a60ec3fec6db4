import { attempt, explain } from "../attempt.ts";
import { client, type Session } from "../client.ts";
import { address, device, isHandheld } from "../device.ts";
import { el, icon } from "../dom.ts";
import { say } from "../say.ts";
import { moment } from "../time.ts";

const LAPTOP = "M5 5h14v10H5zM2.5 19h19";
const PHONE = "M8 3h8v18H8zM11 18h2";

export interface SessionList {
  root: HTMLElement;
  /** Which of the listed sessions is this one. */
  update(current: Session): void;
  refresh(): void;
}

/** Where this person is signed in, with a button to end each. */
export function sessionList(): SessionList {
  const heading = el("h2", { id: "sessions", tabindex: -1 }, "Where you are signed in");
  const list = el("ul", { class: "sessions" });
  const alert = el("p", { class: "form-error", role: "alert" });
  const endOthers = el("button", { type: "button", class: "button", hidden: true }, "End all others");
  const root = el("section", { class: "card", "aria-labelledby": "sessions" }, heading, list, alert, endOthers);
  let current: Session | null = null;
  let request = 0;

  const refresh = async (): Promise<void> => {
    const mine = ++request;
    const outcome = await attempt((options) => client.listSessions({ fetchOptions: options }));
    // An answer to an older question changes nothing.
    if (mine !== request) return;
    if (outcome.ok) {
      alert.textContent = "";
      draw(outcome.data);
    } else if (outcome.failure.kind !== "unreachable" || list.childElementCount === 0) {
      // With rows to show, the banner says enough about a server that is away.
      alert.textContent = explain(outcome.failure);
    }
  };

  const draw = (sessions: Session[]): void => {
    // A session's `token` is the name the server gives it in both answers.
    const isThis = (session: Session): boolean => session.token === current?.token;
    const newestFirst = [...sessions].sort(
      (a, b) => Number(isThis(b)) - Number(isThis(a)) || Number(b.createdAt) - Number(a.createdAt),
    );
    list.replaceChildren(...newestFirst.map((session) => row(session, isThis(session))));
    endOthers.hidden = sessions.every(isThis);
  };

  const row = (session: Session, isThis: boolean): HTMLElement => {
    const name = device(session.userAgent);
    const label = isThis ? "End this session and sign out here" : `End the session of ${name}`;
    const end = el("button", { type: "button", class: "button small", "aria-label": label }, "End");
    end.addEventListener("click", () =>
      void act(end, "Session ended.", (options) => client.revokeSession({ token: session.token }, options)),
    );
    return el(
      "li",
      {},
      icon(isHandheld(session.userAgent) ? PHONE : LAPTOP, "icon device"),
      el(
        "div",
        { class: "session-words" },
        el("p", {}, el("strong", {}, name), isThis && el("span", { class: "badge good" }, "This device")),
        el("p", { class: "quiet" }, address(session.ipAddress), " · signed in ", moment(session.createdAt, "short")),
      ),
      end,
    );
  };

  const act = async (
    button: HTMLButtonElement,
    words: string,
    call: Parameters<typeof attempt<{ status: boolean }>>[0],
  ): Promise<void> => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    const outcome = await attempt(call);
    button.removeAttribute("aria-disabled");
    if (!outcome.ok) {
      alert.textContent = explain(outcome.failure);
      return;
    }
    await refresh();
    // The button is gone with its row; the list is where somebody would look next. If this session
    // ended itself, the whole view is on its way out and takes the focus with it.
    if (root.isConnected) {
      say(words);
      if (document.activeElement === document.body || button.hidden) heading.focus();
    }
  };

  endOthers.addEventListener("click", () =>
    void act(endOthers, "All other sessions ended.", (options) => client.revokeOtherSessions({ fetchOptions: options })),
  );

  return {
    root,
    update(session) {
      const isNew = session.token !== current?.token;
      current = session;
      if (isNew) void refresh();
    },
    refresh: () => void refresh(),
  };
}
