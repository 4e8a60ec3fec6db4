import { createSession } from "stayd";
import { createDevices } from "stayd/devices";
import { connectPush } from "stayd/push";

/** The session of this browser, as anybody would create it. It finds the server at this page's own origin. */
export const session = createSession();

/** What ends or changes elsewhere shows here a few milliseconds later. */
connectPush(session);

/** Where the person is signed in. */
export const devices = createDevices(session);

export type { DeviceSession } from "stayd/devices";

export type { SessionData, SessionError, SessionView } from "stayd";

/** Where the server is mounted: for the calls that the client has no name for. */
export const SERVER = "/api/auth";

/** Where the links in mails lead back to; `link.ts` reads what they bring. */
export const RESET_PAGE = "/?from=reset";
export const VERIFIED_PAGE = "/?from=verification";
