import { fromHex, toHex } from "./bytes.ts";
import { readEntry } from "./storage.ts";
import type { Stored } from "./brain.ts";

/** Speaks to the other tabs of the browser. Messages carry a record and what pages show of it, never a token. */
export interface Channel {
  send(message: number, record: Uint8Array, data: string | null): void;
  close(): void;
}

/** Format 1 of messages and records; another version of the package that changes it speaks on another channel. */
const FORMAT = "stayd:1:";

/** What another tab said, if it makes sense. Anybody on this origin can write here. */
function read(value: unknown, length: number): [number, Stored] | null {
  const { kind, ...entry } = (typeof value === "object" && value ? value : {}) as { kind?: unknown };
  const stored = readEntry(entry, length);
  return stored && typeof kind === "number" ? [kind, stored] : null;
}

export function createChannel(
  name: string,
  length: number,
  heard: (message: number, stored: Stored) => void,
  missing: (what: string) => void,
): Channel {
  const take = (value: unknown): void => {
    const message = read(value, length);
    if (message) heard(...message);
  };
  try {
    const channel = new BroadcastChannel(FORMAT + name);
    channel.onmessage = ({ data }) => take(data);
    return {
      send: (kind, record, data) => channel.postMessage({ kind, at: Date.now(), record, data }),
      close: () => channel.close(),
    };
  } catch {
    missing("BroadcastChannel");
  }
  const key = FORMAT + name;
  const listen = (event: StorageEvent): void => {
    if (event.key !== key || !event.newValue) return;
    try {
      const { record, ...rest } = JSON.parse(event.newValue);
      take({ ...rest, record: fromHex(record) });
    } catch {
      // Not ours.
    }
  };
  addEventListener("storage", listen);
  return {
    send(kind, record, data) {
      try {
        // The number makes the text another one each time, or no event would come.
        localStorage.setItem(key, JSON.stringify({ kind, at: Date.now(), record: toHex(record), data, n: Math.random() }));
      } catch {
        missing("localStorage");
      }
    },
    close: () => removeEventListener("storage", listen),
  };
}
