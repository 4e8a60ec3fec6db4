// In the order of the table.
import crossTabSignIn from "./rows/cross-tab-sign-in.mjs";
import crossTabSignOut from "./rows/cross-tab-sign-out.mjs";
import firstValue from "./rows/first-value.mjs";
import heap from "./rows/heap.mjs";
import profileChange from "./rows/profile-change.mjs";
import refusedAtLoad from "./rows/refused-at-load.mjs";
import restoredExpired from "./rows/restored-expired.mjs";
import size from "./rows/size.mjs";
import together from "./rows/together.mjs";

export const ROWS = [size, heap, firstValue, crossTabSignOut, crossTabSignIn, profileChange, restoredExpired, together, refusedAtLoad];
