import { FORMAT } from "./channel.ts";
import { ENDING_REVOKED, MESSAGE_STATE } from "./codes.ts";
import { watchOfficial } from "./official.ts";

/** What every tab's localStorage remembers (`storage.ts`): a record as numbers, its time, and what pages show of its session. */
interface Remembered {
  at: number;
  record: number[];
  data: string;
}

/**
 * Reasons that somebody's act on this very server gave, and that it has written down. A time that has come may be moved by a renewal under way,
 * an operator's act was found by looking, and what this browser replaced it replaced with a session that is under way.
 */
const ACTS = ["revoked", "signed-out", "password-changed", "email-changed", "too-many", "security-event", "account-deleted"];

/**
 * Tells every tab of this browser, this one included, that the server has ended the session `id`, and official clients to look again: as a tab
 * does that has asked. It says so of no other session: an id is never used again, and what the browser remembers must be the session with this
 * id, or nothing is told (so it is where storage is denied, or nothing may be remembered). One that begins meanwhile is the later one for every tab.
 *
 * Nothing is written down, and the word is said not to be an answer: whoever asks is not kept from it.
 */
export function tellEnd(name: string, id: string | undefined, reason: string): void {
  try {
    const { at, record, data } = JSON.parse(localStorage.getItem(`${name}.session`)!) as Remembered;
    if (!ACTS.includes(reason) || (JSON.parse(data) as { session: { id: string } }).session.id !== id) return;
    const end = Uint8Array.from(record);
    const words = new Uint32Array(end.buffer);
    const epoch = words[0]!;
    // The places are those of `stayd_core::codec::steps`: the next epoch, nobody, why; never verified, never tried in vain; and whether
    // somebody signs in, of which this says nothing.
    end.fill(0).fill(255, 32, 40).fill(255, 64, 72);
    words[0] = epoch + 1;
    words[7] = ENDING_REVOKED;
    end[81] = record[81]!;
    const channel = new BroadcastChannel(FORMAT + name);
    // As of the moment of what it amends: a sign-in that has begun since in another tab is still under way (P9).
    channel.postMessage({ kind: MESSAGE_STATE, at, record: end, data: null });
    channel.close();
    // The sessions of these tabs only hear of it, and whoever hears tells nobody.
    const official = watchOfficial(() => {});
    official.tell();
    official.close();
  } catch {
    // Nothing is remembered, or no tab can be told: the session asks, as it does in any case.
  }
}
