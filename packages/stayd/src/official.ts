/** The official better-auth client in this browser: its storage message, both ways (protocol 11.5). */
export interface Official {
  /** Tells official clients in this and in other tabs to look again. */
  tell(): void;
  close(): void;
}

const KEY = "better-auth.message";
const CLIENT = "stayd";

export function watchOfficial(hinted: () => void): Official {
  const listen = ({ key, newValue }: StorageEvent): void => {
    // Our own tabs tell each other more, and directly.
    if (key === KEY && newValue && !newValue.includes(CLIENT)) hinted();
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
    close: () => removeEventListener("storage", listen),
  };
}
