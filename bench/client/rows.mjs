// In the order of the table.
import back from "./rows/back.mjs";
import calls100 from "./rows/calls-100.mjs";
import clock from "./rows/clock.mjs";
import confirmed from "./rows/confirmed.mjs";
import crossTabSignIn from "./rows/cross-tab-sign-in.mjs";
import crossTabSignOut from "./rows/cross-tab-sign-out.mjs";
import cycles200 from "./rows/cycles-200.mjs";
import firstValue from "./rows/first-value.mjs";
import heap from "./rows/heap.mjs";
import module from "./rows/module.mjs";
import otherDevice from "./rows/other-device.mjs";
import outage from "./rows/outage.mjs";
import profileChange from "./rows/profile-change.mjs";
import recovery from "./rows/recovery.mjs";
import refusedAtLoad from "./rows/refused-at-load.mjs";
import renewal from "./rows/renewal.mjs";
import renewal20 from "./rows/renewal-20.mjs";
import restoredExpired from "./rows/restored-expired.mjs";
import revoked from "./rows/revoked.mjs";
import size from "./rows/size.mjs";
import tabs20 from "./rows/tabs-20.mjs";
import together from "./rows/together.mjs";
import warning from "./rows/warning.mjs";

export const ROWS = [
  size,
  module,
  heap,
  cycles200,
  firstValue,
  confirmed,
  crossTabSignOut,
  crossTabSignIn,
  profileChange,
  renewal,
  restoredExpired,
  calls100,
  tabs20,
  renewal20,
  together,
  recovery,
  refusedAtLoad,
  clock,
  back,
  otherDevice,
  revoked,
  warning,
  outage,
];
