import { address } from "../device.ts";
import { el, icon } from "../dom.ts";
import { explain } from "../explain.ts";
import { failure, refused } from "../post.ts";
import { changes, onPress } from "../press.ts";
import { say } from "../say.ts";
import { devices, type DeviceSession, session as here, type SessionError } from "../session.ts";
import { moment } from "../time.ts";
import { deviceName } from "./device-name.ts";
import { stepUp } from "./step-up.ts";

const LAPTOP = "M5 5h14v10H5zM2.5 19h19";
const PHONE = "M8 3h8v18H8zM11 18h2";

const AWAY = new Set(["unreachable", "offline", "timeout", "ended"]);
/** Of a session or a server that is away the banner says enough. */
const isAway = ({ code, status = 0 }: SessionError): boolean => AWAY.has(code) || status >= 500;

export interface SessionList {
  root: HTMLElement;
  /** Which session is this one, and whether the server can be asked for the others. */
  update(current: string, live: boolean): void;
  refresh(): void;
  clear(): void;
}

/** Where this person is signed in, with a button to end each, and a name for each device. */
export function sessionList(): SessionList {
  const heading = el("h2", { id: "sessions", tabindex: -1 }, "Where you are signed in");
  const list = el("ul", { class: "sessions" });
  const waiting = el("p", { class: "quiet" });
  const alert = el("p", { class: "form-error", role: "alert" });
  const endOthers = changes(el("button", { type: "button", class: "button", hidden: true }, "End all others"));
  const proof = el("div");
  const root = el("section", { class: "card", "aria-labelledby": "sessions" }, heading, list, waiting, alert, proof, endOthers);
  let current: string | null = null;
  let request = 0;

  const refresh = async (): Promise<void> => {
    const mine = ++request;
    const outcome = await devices.list().catch((thrown) => refused(failure(thrown)).error);
    // An answer to an older question changes nothing.
    if (mine !== request) return;
    if (Array.isArray(outcome)) {
      alert.textContent = "";
      // Whoever has just proven who they are goes on in the list.
      if (proof.contains(document.activeElement)) heading.focus();
      proof.replaceChildren();
      draw(outcome);
    } else {
      alert.textContent = isAway(outcome) ? "" : refusal(outcome);
    }
    wait(false);
  };

  /** An error in words; where the server wants to know who this is, with a way to say so. */
  const refusal = (error: SessionError): string => {
    if (error.code === "SESSION_NOT_FRESH" && !proof.hasChildNodes()) proof.append(stepUp(() => void refresh()));
    return explain(error);
  };

  /** In place of rows: whether an answer is on its way. */
  const wait = (asking: boolean): void => {
    const none = list.childElementCount === 0 && !alert.textContent;
    waiting.textContent = none ? (asking ? "Asking the server …" : "Listed when the server can be asked.") : "";
  };

  const draw = (sessions: DeviceSession[]): void => {
    // Whoever types a name is not interrupted; the next answer is drawn.
    if (list.querySelector("form")) return;
    list.replaceChildren(...sessions.map((session) => row(session, sessions)));
    endOthers.hidden = sessions.every(({ current }) => current);
  };

  const row = (session: DeviceSession, all: DeviceSession[]): HTMLElement => {
    const { id, current, device, browser, platform, place, ipAddress, createdAt, lastActiveAt } = session;
    const what = [browser?.name, platform].filter(Boolean).join(" on ");
    const name = device?.name || what || "Unknown device";
    const words = current ? "End this session and sign out here" : `End the session of ${name}`;
    const end = el("button", { type: "button", class: "button small", "aria-label": words }, "End");
    act(changes(end, here.get().canMutate), "Session ended.", () => devices.end(id));
    const onIt = device ? all.filter((other) => other.device?.id === device.id) : [];
    // Said once for a device, and not for the one that somebody looks at: there it would sign them out.
    const more = device && onIt.length > 1 && onIt[0]?.id === id && !onIt.some((other) => other.current);
    return el(
      "li",
      {},
      icon(session.class === "phone" || session.class === "tablet" ? PHONE : LAPTOP, "icon device"),
      el(
        "div",
        { class: "session-words" },
        el(
          "p",
          { class: "session-name" },
          el("strong", {}, name),
          current && el("span", { class: "badge good" }, "This device"),
          session.kind === "api" && el("span", { class: "badge" }, "API"),
          device && deviceName(device, name, () => void refresh()),
        ),
        el(
          "p",
          { class: "quiet" },
          ...(device?.name && what ? [`${what} · `] : []),
          [place?.city, place?.country].filter(Boolean).join(", ") || address(ipAddress),
          " · ",
          ...(current ? ["active now"] : ["last active ", moment(lastActiveAt, "short")]),
          " · signed in ",
          moment(createdAt, "short"),
        ),
        more && endDevice(device.id, name),
      ),
      end,
    );
  };

  /** Where a device has several sessions: ends all of them. */
  const endDevice = (id: string, name: string): HTMLElement => {
    const button = el("button", { type: "button", class: "link" }, `End all sessions on ${name}`);
    act(changes(button, here.get().canMutate), "All sessions on that device ended.", () => devices.endDevice(id));
    return button;
  };

  const act = (button: HTMLButtonElement, words: string, call: () => Promise<unknown>): void =>
    onPress(button, async () => {
      try {
        await call();
      } catch (thrown) {
        alert.textContent = refusal(refused(failure(thrown)).error);
        return;
      }
      // This session may have ended itself.
      if (!here.get().data) return;
      await refresh();
      say(words);
      // The button is gone with its row; the list is where somebody would look next.
      if (document.activeElement === document.body || button.hidden) heading.focus();
    });

  act(endOthers, "All other sessions ended.", () => devices.endOthers());

  return {
    root,
    update(id, live) {
      const isNew = current !== null && id !== current;
      current = id;
      if (!alert.textContent) wait(live);
      if (isNew && live) void refresh();
    },
    refresh: () => void refresh(),
    clear() {
      request += 1;
      current = null;
      alert.textContent = "";
      list.replaceChildren();
      proof.replaceChildren();
      endOthers.hidden = true;
    },
  };
}
