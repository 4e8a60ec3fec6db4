// The same page, whose person decides whether to stay.
import { start } from "./stayd-session.mjs";

const session = start({ renewal: "manual", heartbeat: 0, warning: 4 });
session.subscribe(({ minutesLeft }) => bench.warned(minutesLeft > 0));
bench.stay = () => session.renew();
