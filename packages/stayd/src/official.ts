/** The official better-auth client in this browser: its storage message, both ways (protocol 11.5). */
export interface Official {
  /** Tells official clients in this and in other tabs to look again. */
  tell(): void;
  close(): void;
}

const KEY = "better-auth.message";
const CLIENT = "stayd";

/** What the machine allows a message to take (`HINT_SLACK_MS`): an answer that was asked for so long before a hint does for it. */
const SLACK = 100;

export function watchOfficial(hinted: () => void): Official {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const listen = ({ key, newValue }: StorageEvent): void => {
    // Our own tabs tell each other more, and directly.
    if (key === KEY && newValue && !newValue.includes(CLIENT)) {
      // So much later that only what is asked after the message does.
      clearTimeout(timer);
      timer = setTimeout(hinted, SLACK);
    }
  };
  addEventListener("storage", listen);
  return {
    tell() {
      // Another text each time, or no event would come.
      const timestamp = (Date.now() + Math.random()) / 1000;
      const newValue = JSON.stringify({ event: "session", data: { trigger: "signout" }, clientId: CLIENT, timestamp });
      try {
        localStorage.setItem(KEY, newValue);
      } catch {
        // Storage is denied: those in this tab can still be told.
      }
      dispatchEvent(new StorageEvent("storage", { key: KEY, newValue }));
    },
    close() {
      clearTimeout(timer);
      removeEventListener("storage", listen);
    },
  };
}
