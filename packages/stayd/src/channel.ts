import { readEntry } from "./storage.ts";
import type { Stored } from "./brain.ts";

/** Speaks to the other tabs of the browser. Messages carry a record and what pages show of it, never a token. */
export interface Channel {
  send(message: number, record: Uint8Array, data: string | null): void;
  close(): void;
}

/** Format 1 of messages and records; another version of the package that changes it speaks on another channel. */
export const FORMAT = "stayd:1:";

export function createChannel(
  name: string,
  heard: (message: number, stored: Stored) => void,
  missing: (what: string) => void,
): Channel {
  /** What another tab said, if it makes sense. Anybody on this origin can write here. */
  const take = (value: unknown): void => {
    const stored = readEntry(value);
    if (stored) heard((value as { kind: number }).kind, stored);
  };
  const key = FORMAT + name;
  try {
    const channel = new BroadcastChannel(key);
    channel.onmessage = ({ data }) => take(data);
    return {
      send: (kind, record, data) => channel.postMessage({ kind, at: Date.now(), record, data }),
      close: () => channel.close(),
    };
  } catch {
    missing("BroadcastChannel");
  }
  const listen = ({ key: changed, newValue }: StorageEvent): void => {
    if (changed !== key) return;
    try {
      take(JSON.parse(newValue!));
    } catch {
      // Not ours.
    }
  };
  addEventListener("storage", listen);
  return {
    send(kind, record, data) {
      try {
        // Another text each time, or no event would come.
        localStorage.setItem(key, JSON.stringify({ kind, at: Date.now() + Math.random(), record: [...record], data }));
      } catch {
        missing("localStorage");
      }
    },
    close: () => removeEventListener("storage", listen),
  };
}
