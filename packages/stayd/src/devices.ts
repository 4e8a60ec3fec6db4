// The entry `stayd/devices`: where a person is signed in, with device, place and last activity, and how those sessions end.
import type { AnySession } from "./adapters/session.ts";
import { refusal, send } from "./ask.ts";
import type { SessionError } from "./backend.ts";

/** One of the person's sessions. */
export interface DeviceSession {
  /** Its handle; there is no token in reach of a page. */
  id: string;
  /** Whether it is the one that asks. */
  current: boolean;
  kind: "default" | "remember" | "api";
  /** What to call it: the name that the person gave the device, else such as `Chrome 142 on Windows`; may be empty. */
  label: string;
  /** The browser, as far as the server tells browsers apart. */
  device: { id: string; name: string | null; firstSeenAt: string } | null;
  browser: { name: string; version: number | null } | null;
  platform: string | null;
  class: "desktop" | "phone" | "tablet" | "program" | "unknown";
  /** Where it was begun, where the server knows places. */
  place: { city: string | null; country: string | null; countryCode: string | null } | null;
  ipAddress: string | null;
  createdAt: string;
  /** To the minute. */
  lastActiveAt: string;
  expiresAt: string;
}

/** Each call throws an `Error` that is a `SessionError`: `unreachable` where no answer came. How many sessions have ended is what an end answers. */
export interface Devices {
  /** The person's sessions: first the one that asks, then the one used last. */
  list(): Promise<DeviceSession[]>;
  /** Gives a device a name; an empty one takes the name away. */
  rename(device: string, name: string): Promise<void>;
  end(session: string): Promise<number>;
  endDevice(device: string): Promise<number>;
  endKind(kind: DeviceSession["kind"]): Promise<number>;
  endOthers(): Promise<number>;
  endAll(): Promise<number>;
}

export interface DevicesOptions {
  /** Where the server is mounted: a path, or an address. Default `/api/auth`. */
  url?: string;
}

/** The devices of whoever is signed in. Requests go the session's way: they wait for a renewal, and are tried once more after one. */
export function createDevices(session: AnySession, { url = "/api/auth" }: DevicesOptions = {}): Devices {
  const ask = async <T>(path: string, body?: object): Promise<T> => {
    const response = await send(session, `${url}/devices${path}`, {
      ...(body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    const answer = (await response.json().catch(() => null)) as (T & Partial<SessionError>) | null;
    if (response.ok && answer) return answer;
    const { status } = response;
    throw refusal(answer?.code ?? `HTTP_${status}`, answer?.message ?? "", status);
  };
  /** What has ended may be the very session that asked: it finds out at once. */
  const end = async (meant: object): Promise<number> => {
    const { ended } = await ask<{ ended: number }>("/end", meant);
    if (!("others" in meant)) void session.refresh();
    return ended;
  };
  return {
    list: async () => (await ask<{ sessions: DeviceSession[] }>("")).sessions,
    rename: async (device, name) => void (await ask("/rename", { device, name })),
    end: (session) => end({ session }),
    endDevice: (device) => end({ device }),
    endKind: (kind) => end({ kind }),
    endOthers: () => end({ others: true }),
    endAll: () => end({ all: true }),
  };
}
